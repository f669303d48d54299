"""The protected attributes of the campus and how common each group is."""

from typing import Final

GROUPS: Final[dict[str, dict[str, float]]] = {
    "gender": {"female": 0.46, "male": 0.41, "nonbinary": 0.13},
    "ethnicity": {"asian": 0.15, "black": 0.17, "hispanic": 0.25, "white": 0.43},
    "income_band": {"low": 0.30, "middle": 0.50, "high": 0.20},
    "disability": {"no": 0.86, "yes": 0.14},
    "age_band": {"under_13": 0.13, "13-17": 0.42, "18-24": 0.30, "25+": 0.15},
}
"""Share of each group by attribute.

Every share is at least .13, more than some groups have in a real school, so that each
group holds at least a tenth of the audit cohort and the fairness gate can decide.
Disability is near the 15 % of pupils served under IDEA in the United States (NCES,
Condition of Education 2023). Groups are drawn independently of each other and of all
that a student knows or does, with one exception: children under 13 do not see items meant
for older students. Any other gap that an audit finds without a planted bias is a false
alarm.
"""

UNDER_13: Final = "under_13"
