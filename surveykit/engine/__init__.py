"""surveykit.engine"""
