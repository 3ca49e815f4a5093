"""Problem-solving cases by scanning, analysis, response, assessment (SARA). Rules C4-C7."""
