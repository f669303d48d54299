"""The intervention trigger: labels, fit, scores of unseen students, evaluation."""
