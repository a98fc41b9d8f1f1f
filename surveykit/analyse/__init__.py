"""surveykit.analyse"""
