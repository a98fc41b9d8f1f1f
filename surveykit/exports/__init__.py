"""surveykit.export"""
