"""A few rows in the files of the Open University, with every trap of the real ones."""

import gzip
from pathlib import Path

_CLASS = "code_module,code_presentation"
_ENROLMENT = f"{_CLASS},id_student"

FILES = {
    "courses.csv": f"""{_CLASS},module_presentation_length
AAA,2013J,268
AAA,2014B,240
""",
    "assessments.csv": f"""{_CLASS},id_assessment,assessment_type,date,weight
AAA,2013J,1,TMA,19,10
AAA,2013J,2,CMA,25,10
AAA,2013J,3,TMA,54,80
AAA,2013J,4,Exam,,100
AAA,2014B,5,TMA,19,100
""",
    "studentInfo.csv": (
        f"{_ENROLMENT},gender,region,highest_education,imd_band,"
        "age_band,num_of_prev_attempts,studied_credits,disability,final_result\n"
        "AAA,2013J,10,F,Wales,HE Qualification,10-20,0-35,0,60,N,Pass\n"
        "AAA,2014B,10,F,Wales,HE Qualification,10-20,35-55,1,60,N,Fail\n"
        "AAA,2013J,11,M,North Region,A Level or Equivalent,,55<=,0,120,Y,Withdrawn\n"
        "AAA,2013J,12,F,Scotland,No Formal quals,90-100%,0-35,0,30,N,Distinction\n"
    ),
    "studentRegistration.csv": f"""{_ENROLMENT},date_registration,date_unregistration
AAA,2013J,10,-20,
AAA,2014B,10,-5,
AAA,2013J,11,-30,40
AAA,2013J,12,,
""",
    "studentAssessment.csv": """id_assessment,id_student,date_submitted,is_banked,score
1,10,18,0,78
2,10,30,0,60
3,10,50,0,0
1,11,21,0,?
""",
    "vle_pre_course_clicks.csv": f"""{_ENROLMENT},pre_course_clicks,pre_course_interaction_rows
AAA,2013J,10,5,3
""",
    "studentVle_sample_AAA_2013J.csv": f"""{_ENROLMENT},id_site,date,sum_click
AAA,2013J,10,7,-2,2
AAA,2013J,10,7,-2,2
AAA,2013J,10,8,-1,1
AAA,2013J,10,8,0,9
""",
}


def write(folder: Path, replaced: dict[str, tuple[str, str]] | None = None) -> Path:
    """All files; in those of `replaced` the first text gives way to the second.

    `studentAssessment.csv` is packed, as it is published here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        old, new = (replaced or {}).get(name, ("", ""))
        content = text.replace(old, new, 1) if old else text
        if name == "studentAssessment.csv":
            (folder / f"{name}.gz").write_bytes(gzip.compress(content.encode()))
        else:
            (folder / name).write_text(content)
    return folder
