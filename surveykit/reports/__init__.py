"""surveykit.reports"""
