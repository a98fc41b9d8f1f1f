"""surveykit.spec"""
