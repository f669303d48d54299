"""Are the audits right? False alarms and power on campuses whose truth is known."""
