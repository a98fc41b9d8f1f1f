"""surveykit.report"""
