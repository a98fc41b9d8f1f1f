"""surveykit.stats"""
