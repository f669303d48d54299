"""The hourly features as Ibis expressions: events → student × hour → windows as of a time.

The log is first summed by student and clock hour (UTC), which is all that an hourly
job must keep; every window is then a sum over those hours. All sums are of integers,
so that the result does not depend on the order in which an engine adds. Nothing here
is particular to DuckDB; the tests compile it for Spark too.
"""

import ibis
import ibis.expr.types as ir
from ibis import _

from learnloop.content.schema import ContentType
from learnloop.events.schema import Device, Verb
from learnloop.features.definitions import (
    COMPLETE_PROGRESS,
    CONTENT_TYPES,
    DAY_PARTS,
    DEVICES,
    HABIT_WINDOW_H,
    HOUR_S,
    POST_POINTS,
    PREREQUISITE_CORRECT,
    REPLY_POINTS,
    TASK_CAP_S,
    TASK_WINDOW_H,
    TREND_HALF_H,
    TREND_MIN_ANSWERS,
)
from learnloop.features.windows import (
    count,
    epoch_hour,
    most,
    packed,
    ratio,
    sum_where,
    within,
)

TYPE_OF_VERB = {
    Verb.WATCHED: ContentType.VIDEO,
    Verb.READ: ContentType.TEXT,
    Verb.INTERACTED: ContentType.INTERACTIVE,
    Verb.ANSWERED: ContentType.ASSESSMENT,
}
_MS = 1000


def hourly_activity(events: ir.Table, content_items: ir.Table, clocks: ir.Table) -> ir.Table:
    """What each student did in each clock hour, as counts and milliseconds.

    Args:
        events: the log.
        content_items: `content_id` and `author_difficulty`.
        clocks: `student_id`, `from_s`, `until_s`, `offset_s`: the UTC offset of each
            student's time zone over time. Events of students without one are left out.

    Returns:
        One row per student × hour with activity; `hour` since 1970 UTC.
    """
    narrow = events.select(
        "student_id",
        "verb",
        "content_id",
        "correct",
        "device",
        "progress",
        at_s=events.occurred_at.epoch_seconds().cast("int64"),
        hour=epoch_hour(events.occurred_at),
        task_ms=events.verb.isin([verb.value for verb in TYPE_OF_VERB]).ifelse(
            (events.duration_s.clip(upper=float(TASK_CAP_S)) * _MS).round().cast("int64"),
            ibis.null("int64"),
        ),
    )
    local = narrow.join(
        clocks,
        [
            narrow.student_id == clocks.student_id,
            narrow.at_s >= clocks.from_s,
            narrow.at_s < clocks.until_s,
        ],
    ).select(narrow, part=(((_.at_s + clocks.offset_s) // HOUR_S) % 24 // 6).cast("int64"))
    known = local.left_join(content_items, "content_id").select(
        local, difficulty=content_items.author_difficulty.cast("int64")
    )
    done = known.progress.coalesce(0.0) >= COMPLETE_PROGRESS
    answered = known.verb == Verb.ANSWERED.value
    return known.group_by("student_id", "hour").agg(
        tasks=known.task_ms.count(),
        task_ms=known.task_ms.sum().coalesce(0).cast("int64"),
        posted=count(known.verb == Verb.POSTED.value),
        replied=count(known.verb == Verb.REPLIED.value),
        collaborated=count(known.verb == Verb.COLLABORATED.value),
        answers=count(answered),
        correct=count(answered & known.correct.coalesce(False)),
        finished_video=count((known.verb == Verb.WATCHED.value) & done),
        finished_text=count((known.verb == Verb.READ.value) & done),
        finished_interactive=count((known.verb == Verb.INTERACTED.value) & done),
        rated=known.difficulty.count(),
        difficulty=known.difficulty.sum().coalesce(0).cast("int64"),
        **{f"part_{name}": count(known.part == i) for i, name in enumerate(DAY_PARTS)},
        **{f"device_{name}": count(known.device == name) for name in map(str, Device)},
        **{
            f"ms_{kind.value}": sum_where(known.verb == verb.value, known.task_ms.coalesce(0))
            for verb, kind in TYPE_OF_VERB.items()
        },
    )


def _sums(activity: ir.Table, moments: ir.Table) -> ir.Table:
    """Sums over the windows of all features that need no more than counts per hour."""
    windows = (TASK_WINDOW_H, TREND_HALF_H, 2 * TREND_HALF_H, HABIT_WINDOW_H)
    rows = within(packed(activity, moments, windows), moments, HABIT_WINDOW_H)
    age = rows.at_hour - rows.hour
    habit = [name for name in activity.columns if name not in ("student_id", "hour")]
    recent = age <= TREND_HALF_H
    return rows.group_by("student_id", "at_hour").agg(
        **{name: rows[name].sum().cast("int64") for name in habit},
        week_tasks=sum_where(age <= TASK_WINDOW_H, rows.tasks),
        week_ms=sum_where(age <= TASK_WINDOW_H, rows.task_ms),
        late_answers=sum_where(recent, rows.answers),
        late_correct=sum_where(recent, rows.correct),
        early_answers=sum_where(~recent & (age <= 2 * TREND_HALF_H), rows.answers),
        early_correct=sum_where(~recent & (age <= 2 * TREND_HALF_H), rows.correct),
    )


def _trend(sums: ir.Table) -> ir.FloatingValue:
    enough = (sums.late_answers >= TREND_MIN_ANSWERS) & (
        sums.early_answers >= TREND_MIN_ANSWERS
    )
    change = ratio(sums.late_correct, sums.late_answers) - ratio(
        sums.early_correct, sums.early_answers
    )
    return enough.ifelse(change, ibis.null("float64"))


def habits(activity: ir.Table, moments: ir.Table) -> ir.Table:
    """All features that are sums over hours; one row per moment with activity before.

    Args:
        activity: from `hourly_activity`.
        moments: `student_id` and `at_hour`, each pair once.
    """
    sums = _sums(activity, moments)
    # A video gives half a point to each of two senses, hence points of a half.
    visual = 2 * sums.finished_text + sums.finished_video
    kinesthetic = 2 * sums.finished_interactive
    points = visual + sums.finished_video + kinesthetic
    return sums.select(
        "student_id",
        "at_hour",
        avg_time_on_task=ratio(sums.week_ms, sums.week_tasks) / _MS,
        forum_participation_score=POST_POINTS * sums.posted + REPLY_POINTS * sums.replied,
        peer_collaboration_count=sums.collaborated,
        learning_style_visual=ratio(visual, points),
        learning_style_auditory=ratio(sums.finished_video, points),
        learning_style_kinesthetic=ratio(kinesthetic, points),
        content_difficulty_preference=ratio(sums.difficulty, sums.rated),
        time_of_day_preference=most({name: sums[f"part_{name}"] for name in DAY_PARTS}),
        device_type=most({name: sums[f"device_{name}"] for name in DEVICES}),
        content_type_preference=most({name: sums[f"ms_{name}"] for name in CONTENT_TYPES}),
        assessment_performance_trend=_trend(sums),
    )


def hourly_videos(events: ir.Table) -> ir.Table:
    """The furthest progress per student × video × clock hour."""
    watched = events.filter(_.verb == Verb.WATCHED.value).drop_null("content_id")
    return watched.group_by("student_id", "content_id", hour=epoch_hour(_.occurred_at)).agg(
        progress=_.progress.coalesce(0.0).max()
    )


def video_completion(videos: ir.Table, moments: ir.Table) -> ir.Table:
    """`video_completion_rate`; one row per moment with a video before.

    Args:
        videos: from `hourly_videos`.
        moments: `student_id` and `at_hour`, each pair once.
    """
    rows = within(videos, moments, HABIT_WINDOW_H)
    furthest = rows.group_by("student_id", "at_hour", "content_id").agg(
        progress=_.progress.max()
    )
    return furthest.group_by("student_id", "at_hour").agg(
        video_completion_rate=ratio(count(_.progress >= COMPLETE_PROGRESS), _.count())
    )


def hourly_skills(events: ir.Table) -> ir.Table:
    """Per student × skill × clock hour: `correct`, right answers to the skill's items."""
    narrow = events.select(
        "student_id",
        "skill_ids",
        hour=epoch_hour(events.occurred_at),
        primary=events.skill_ids[0],
        right=((_.verb == Verb.ANSWERED.value) & _.correct.coalesce(False)),
    )
    named = narrow.filter(narrow.skill_ids.length() > 0)
    single = named.select(
        "student_id", "hour", "primary", "right", skill_id=named.skill_ids.unnest()
    )
    return single.group_by("student_id", "skill_id", "hour").agg(
        correct=count(single.right & (single.skill_id == single.primary))
    )


def completed_skills(skills: ir.Table) -> ir.Table:
    """The clock hour in which a student completed a skill, one row per student × skill."""
    so_far = ibis.cumulative_window(group_by=["student_id", "skill_id"], order_by="hour")
    total = skills.mutate(total=_.correct.sum().over(so_far))
    return (
        total.filter(_.total >= PREREQUISITE_CORRECT)
        .group_by("student_id", "skill_id")
        .agg(completed=_.hour.min())
    )


def prerequisite_completion(
    skills: ir.Table, prerequisites: ir.Table, moments: ir.Table
) -> ir.Table:
    """`prerequisite_completion_status`; one row per moment at which something is needed.

    Args:
        skills: from `hourly_skills`.
        prerequisites: `skill_id` and `requires_skill_id`.
        moments: `student_id` and `at_hour`, each pair once.
    """
    worked = within(skills, moments, HABIT_WINDOW_H).select("student_id", "at_hour", "skill_id")
    needed = (
        worked.distinct()
        .join(prerequisites, "skill_id")
        .select("student_id", "at_hour", skill_id=_.requires_skill_id)
        .distinct()
    )
    done = completed_skills(skills)
    known = needed.left_join(
        done, [needed.student_id == done.student_id, needed.skill_id == done.skill_id]
    ).select(needed, done.completed)
    return known.group_by("student_id", "at_hour").agg(
        prerequisite_completion_status=ratio(
            count((_.completed < _.at_hour).coalesce(False)),
            _.count(),
        )
    )


def content_responses(answers: ir.Table, moments: ir.Table) -> ir.Table:
    """View `content_hourly`: answers to each item in four weeks before each moment.

    Args:
        answers: answered events, only those that may be learned from.
        moments: `at_hour`, each once.

    Returns:
        `content_id`, `at_hour`, `attempts`, `share_correct`, `median_duration_s`.
    """
    narrow = answers.drop_null(["content_id", "correct"]).select(
        "content_id", "correct", "duration_s", hour=epoch_hour(_.occurred_at)
    )
    rows = narrow.join(
        moments,
        [
            narrow.hour < moments.at_hour,
            narrow.hour >= moments.at_hour - HABIT_WINDOW_H,
        ],
    )
    return rows.group_by("content_id", "at_hour").agg(
        attempts=_.count().cast("int64"),
        share_correct=ratio(count(_.correct), _.count()),
        median_duration_s=_.duration_s.median().cast("float64"),
    )
