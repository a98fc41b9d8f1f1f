"""What a questionnaire becomes: a web page, a paper form, a codebook."""
