"""surveykit.responses"""
