"""Item parameters from the training students' answers, judged on students never seen."""
