"""surveykit: from an item bank to an evaluation report."""
