"""surveykit.draw"""
