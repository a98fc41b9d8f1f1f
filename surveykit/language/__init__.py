"""surveykit.language"""
