"""The intervention trigger on the Open University's students, audited and watched for drift."""
