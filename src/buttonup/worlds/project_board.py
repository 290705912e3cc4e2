"""A company's project board: projects, their tasks, squads' sprints, people and the time booked."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from buttonup.worlds.kinds import Date, Kind
from buttonup.worlds.names import day as some_day
from buttonup.worlds.names import numbers, people
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, Table, fresh_id, page_of
from buttonup.worlds.world import World

ProjectId = Annotated[
    str, Kind("BoardProjectId"), Meta(pattern=r"^PRJ-\d{3}$", description="Like PRJ-204.")
]
TaskId = Annotated[
    str, Kind("BoardTaskId"), Meta(pattern=r"^TSK-\d{4,5}$", description="Like TSK-4182.")
]
SprintId = Annotated[
    str, Kind("SprintId"), Meta(pattern=r"^SPR-\d{4}$", description="Sprint id, like SPR-3107.")
]
TeammateId = Annotated[
    str, Kind("TeammateId"), Meta(pattern=r"^TMT-\d{3}$", description="A person's board number.")
]
BoardUserId = Annotated[
    str, Kind("BoardUserId"), Meta(pattern=r"^TMT-\d{3}$", description="The user's board number.")
]
EntryId = Annotated[
    str, Kind("TimeEntryId"), Meta(pattern=r"^TLG-\d{5}$", description="Like TLG-20431.")
]
SquadName = Annotated[str, Kind("SquadName"), Meta(description="Name of a squad, like Otter.")]
TaskTitle = Annotated[str, Kind("TaskTitle"), Meta(description="What is to be done, in short.")]
TaskHours = Annotated[int, Kind("TaskHours"), Meta(ge=1, description="Working hours.")]
BookedHours = Annotated[
    float, Kind("BookedHours"), Meta(gt=0, le=10, description="Hours worked, like 2.5.")
]
Area = Annotated[Literal["mobile", "web", "data", "hardware", "brand"], Kind("ProjectArea")]
Skill = Annotated[
    Literal[
        "Python", "React", "Swift", "SQL", "testing", "copywriting", "UX design", "electronics"
    ],
    Kind("TeamSkill"),
]
Label = Annotated[
    Literal["bug", "security", "accessibility", "docs", "customer request"], Kind("TaskLabel")
]
ProjectStatus = Literal["active", "on hold", "finished"]
TaskStatus = Literal["to do", "in progress", "in review", "done"]
OpenStatus = Literal["to do", "in progress", "in review"]
Priority = Literal["low", "normal", "high", "urgent"]
SprintState = Literal["planned", "running", "closed"]


class Project(Row):
    """Something that one squad works on until a deadline."""

    project_id: ProjectId
    name: Annotated[str, Kind("ProjectName")]
    area: Area
    squad: Annotated[SquadName, Meta(description="Squad that runs it.")]
    lead_id: Annotated[TeammateId, Meta(description="Who answers for it.")]
    deadline: Date
    budget_hours: Annotated[TaskHours, Meta(description="Hours it may take in all.")]
    status: ProjectStatus


class Teammate(Row):
    """Somebody who works on tasks."""

    teammate_id: TeammateId
    name: Annotated[str, Kind("PersonName")]
    squad: SquadName
    skills: list[Skill]
    free_hours: Annotated[int, Meta(description="Hours a week that are not planned yet.")]
    available_from: Annotated[Date, Meta(description="Day from which new work can be taken on.")]


class BoardTask(Row):
    """One piece of work on a project's board."""

    task_id: TaskId
    title: TaskTitle
    project_id: ProjectId
    priority: Priority
    status: TaskStatus
    estimate_hours: TaskHours
    due: Date
    labels: list[Label]
    assignee_id: Annotated[TeammateId | None, Meta(description="Null: nobody works on it yet.")]
    sprint_id: Annotated[SprintId | None, Meta(description="Null: not planned yet.")]


class Sprint(Row):
    """Two weeks of a squad's work."""

    sprint_id: SprintId
    name: Annotated[str, Kind("SprintName")]
    squad: SquadName
    starts: Date
    ends: Date
    capacity_hours: Annotated[int, Meta(description="Hours the squad can work in it.")]
    planned_hours: Annotated[int, Meta(description="Hours of the tasks planned so far.")]
    state: SprintState


class ProjectBrief(Row):
    """How a project stands."""

    project: Project
    open_tasks: Annotated[int, Meta(description="How many of its tasks are not done.")]
    open_hours: Annotated[int, Meta(description="Estimated hours of those tasks.")]
    people: Annotated[list[Teammate], Meta(description="Everybody in the squad that runs it.")]


class SprintPlan(Row):
    """A sprint, and the tasks just added to it."""

    sprint: Sprint
    tasks: list[BoardTask]
    hours_left: Annotated[int, Meta(description="Capacity of the sprint that is still free.")]


class PostedTask(Row):
    """A task just put on the board."""

    task: BoardTask
    project: Project


class Assignment(Row):
    """A task in new hands."""

    task: BoardTask
    taken_by: Teammate


class TimeEntry(Row):
    """Time that somebody has booked on a task."""

    entry_id: EntryId
    user_id: BoardUserId
    task_id: TaskId
    title: TaskTitle
    project_id: ProjectId
    day: Date
    hours: BookedHours


class NewTask(Row):
    """A task as it is put on the board."""

    title: TaskTitle
    estimate_hours: TaskHours
    due: Date


@dataclasses.dataclass
class ProjectBoard(State):
    """All that is on the board."""

    projects: Table[Project]
    teammates: Table[Teammate]
    tasks: Table[BoardTask]
    sprints: Table[Sprint]
    entries: Table[TimeEntry]


SQUADS = "Badger Heron Kestrel Lynx Marten Otter Puffin Wren".split()
AREAS: tuple[Area, ...] = ("mobile", "web", "data", "hardware", "brand")
SKILLS: tuple[Skill, ...] = (
    "Python", "React", "Swift", "SQL", "testing", "copywriting", "UX design", "electronics",
)  # fmt: skip
PROJECTS: dict[Area, str] = {
    "mobile": "Pocket Wallet|Courier App|Offline Maps|Loyalty Card|Night Mode",
    "web": "Checkout Rebuild|Partner Portal|Careers Site|Help Centre|Booking Widget",
    "data": "Churn Forecast|Sales Cube|Event Pipeline|Price Watch|Data Catalogue",
    "hardware": "Door Sensor|Charging Dock|Field Tablet|Smart Meter|Label Printer",
    "brand": "Spring Campaign|New Logo|Trade Fair Stand|Customer Stories|Packaging Refresh",
}
TITLES = (
    "Fix the login timeout|Write the release notes|Draw the empty states|Speed up the start page|"
    "Translate the onboarding|Test the payment flow|Clean up old feature flags|"
    "Agree on the colour palette|Rework the error messages|Set up nightly backups|"
    "Move images to the new store|Interview five customers|Document the public API|"
    "Replace the date picker|Check keyboard navigation|Prepare the demo|Trim the app size|"
    "Review the privacy text|Build the export to Excel|Collect battery readings|"
    "Sketch the settings page|Merge duplicate contacts|Shorten the sign-up form|"
    "Renew the certificates|Rewrite the welcome mail|Measure the load times"
).split("|")
IDEAS = (
    "Add a dark theme|Update the pricing page|Repair the broken search filter|"
    "Run a survey among testers|Archive last year's orders|Record a product tour|"
    "Check the colour contrast|Draft the press kit|Speed up the image upload|"
    "Add a reminder for late invoices|Sort out the duplicate events|Order new sample boards"
).split("|")
LABELS: tuple[Label, ...] = ("bug", "security", "accessibility", "docs", "customer request")


def seed(rng: random.Random, today: dt.date) -> ProjectBoard:
    """Make 25 projects, 32 people in 8 squads, 170 tasks, 48 sprints and 140 time entries."""
    teammates = [
        Teammate(
            teammate_id, name, SQUADS[n % 8], rng.sample(SKILLS, rng.randint(1, 3)),
            rng.randint(2, 30), some_day(rng, today, -12, 30),
        )
        for n, (teammate_id, name) in enumerate(
            zip(numbers(rng, "TMT", 32, 3), people(rng, 32), strict=True)
        )
    ]  # fmt: skip
    names = [(area, name) for area in AREAS for name in PROJECTS[area].split("|")]
    projects = [
        Project(
            project_id, name, area, lead.squad, lead.teammate_id, some_day(rng, today, 15, 150),
            rng.randrange(240, 1600, 20), rng.choice(("active", "active", "active", "on hold")),
        )
        for (area, name), project_id, lead in zip(
            names, numbers(rng, "PRJ", 25, 3), rng.sample(teammates, 25), strict=True
        )
    ]  # fmt: skip
    ids = iter(numbers(rng, "TSK", 170, 4))
    tasks = [_task(rng, next(ids), rng.choice(projects), teammates, today) for _ in range(170)]
    weeks = [(squad, n) for squad in SQUADS for n in range(-2, 4)]
    sprints = [
        _sprint(rng, sprint_id, squad, n, today)
        for sprint_id, (squad, n) in zip(numbers(rng, "SPR", 48, 4), weeks, strict=True)
    ]
    entries = [_entry(rng, rng.choice(teammates), rng.choice(tasks), today) for _ in range(140)]
    return ProjectBoard(
        today,
        projects=Table("project_id", projects),
        teammates=Table("teammate_id", teammates),
        tasks=Table("task_id", tasks),
        sprints=Table("sprint_id", sprints),
        entries=Table("entry_id", entries),
    )


def _task(
    rng: random.Random, task_id: str, project: Project, teammates: list[Teammate], today: dt.date
) -> BoardTask:
    status: TaskStatus = rng.choice(("to do", "to do", "in progress", "in review", "done"))
    taken = status != "to do" or rng.random() < 0.4
    return BoardTask(
        task_id, rng.choice(TITLES), project.project_id,
        rng.choice(("low", "normal", "normal", "high", "urgent")), status, rng.randint(2, 20),
        some_day(rng, today, 2, 45), rng.sample(LABELS, rng.choice((0, 1, 1, 2))),
        rng.choice(teammates).teammate_id if taken else None, None,
    )  # fmt: skip


def _sprint(rng: random.Random, sprint_id: str, squad: str, n: int, today: dt.date) -> Sprint:
    monday = today - dt.timedelta(days=today.weekday())
    starts = monday + dt.timedelta(weeks=2 * n)
    state: SprintState = "closed" if n < 0 else "running" if n == 0 else "planned"
    capacity = rng.randrange(140, 260, 10)
    planned = rng.randint(60, 110) if n <= 0 else rng.randint(10, 60)
    ends = starts + dt.timedelta(days=11)
    return Sprint(
        sprint_id, f"Sprint {20 + n}", squad, str(starts), str(ends), capacity, planned, state
    )


def _entry(rng: random.Random, user: Teammate, task: BoardTask, today: dt.date) -> TimeEntry:
    day = some_day(rng, today, -24, -1)
    return TimeEntry(
        fresh_id("TLG", user.teammate_id, task.task_id, day), user.teammate_id, task.task_id,
        task.title, task.project_id, day, rng.randint(3, 12) / 2,
    )  # fmt: skip


world = World(
    "project_board",
    "A company's project board",
    seed,
    known={
        "BoardProjectId": lambda s, rng: rng.choice(list(s.tasks)).project_id,
        "BoardUserId": lambda s, rng: rng.choice(list(s.entries)).user_id,
        "SquadName": lambda _s, rng: rng.choice(SQUADS),
        "BookedHours": lambda _s, rng: rng.choice((1.5, 2.0, 2.5, 3.0, 3.5, 4.0)),
        "create_board_task.task": lambda s, rng: NewTask(
            rng.choice(IDEAS), rng.randint(3, 24), some_day(rng, s.today, 5, 40)
        ),
        "find_board_tasks.due_by": lambda s, rng: some_day(rng, s.today, 14, 35),
        "find_teammates.day": lambda s, rng: some_day(rng, s.today, 3, 25),
        "book_time.day": lambda s, rng: some_day(rng, s.today, -8, 0),
        "list_booked_time.since": lambda s, rng: some_day(rng, s.today, -24, -10),
    },
)


@world.function()
def find_projects(
    db: ProjectBoard, area: Area, status: ProjectStatus | None = None
) -> list[Project]:
    """List the projects of one area, with the squad that runs each, its deadline and its budget.

    area: field of work
    status: only projects in this state
    """
    return db.projects.where(lambda p: p.area == area and (status is None or p.status == status))


@world.function()
def get_project_brief(db: ProjectBoard, project_id: ProjectId) -> ProjectBrief:
    """Tell how a project stands: deadline, budget, the work still open and the people on it.

    project_id: the project in question
    """
    project = db.projects[project_id]
    left = db.tasks.where(lambda t: t.project_id == project_id and t.status != "done")
    crew = db.teammates.where(lambda m: m.squad == project.squad)
    return ProjectBrief(project, len(left), sum(t.estimate_hours for t in left), crew)


@world.function()
def find_board_tasks(
    db: ProjectBoard,
    project_id: ProjectId,
    status: OpenStatus | None = None,
    priority: Priority | None = None,
    due_by: Date | None = None,
    page: PageNumber = 1,
) -> Page[BoardTask]:
    """List the tasks of a project that are not done, five to a page, the one due first on top.

    project_id: the project whose board is read
    status: only tasks in this column
    priority: only tasks of this priority
    due_by: only tasks that are due on this day or before
    page: which page of the list
    """
    project = db.projects[project_id]
    found = db.tasks.where(
        lambda t: (
            t.project_id == project.project_id
            and t.status != "done"
            and (status is None or t.status == status)
            and (priority is None or t.priority == priority)
            and (due_by is None or t.due <= due_by)
        )
    )
    return page_of(sorted(found, key=lambda t: (t.due, t.task_id)), page, 5)


@world.function()
def find_teammates(db: ProjectBoard, skill: Skill, day: Date) -> list[Teammate]:
    """List the people with a skill who can take on new work on a day. Nobody can at weekends.

    skill: what they must be able to do
    day: the day on which the work would begin
    """
    if dt.date.fromisoformat(day).weekday() > 4:
        raise Refused(f"Nobody works on {day}; it falls on a weekend.")
    return db.teammates.where(lambda m: skill in m.skills and m.available_from <= day)


@world.function()
def list_sprints(
    db: ProjectBoard, squad: SquadName, state: SprintState | None = None
) -> list[Sprint]:
    """List a squad's sprints: when each runs, how much fits in and how much is planned.

    squad: name of the squad
    state: only sprints in this state
    """
    found = db.sprints.where(lambda s: s.squad.casefold() == squad.casefold())
    if not found:
        raise Refused(f"There is no squad called {squad!r}.")
    return [s for s in found if state is None or s.state == state]


@world.function()
def list_booked_time(
    db: ProjectBoard, user_id: BoardUserId, since: Date, project_id: ProjectId | None = None
) -> list[TimeEntry]:
    """List the time that somebody has booked since a day, entry by entry.

    user_id: whose time
    since: first day to look at
    project_id: only time booked on this project
    """
    user = db.teammates[user_id]
    return db.entries.where(
        lambda e: (
            e.user_id == user.teammate_id
            and e.day >= since
            and (project_id is None or e.project_id == project_id)
        )
    )


@world.function(writes=True)
def create_board_task(
    db: ProjectBoard,
    project_id: ProjectId,
    task: Annotated[NewTask, Kind("TaskDraft")],
    priority: Priority = "normal",
    labels: list[Label] | None = None,
) -> PostedTask:
    """Put a new task on a project's board, assigned to nobody yet.

    Refused for finished projects, and when the task would be due after the project's deadline.

    project_id: the project it belongs to
    task: what is to be done, how long it takes and when it is due
    priority: how urgent it is
    labels: labels to put on it
    """
    project = db.projects[project_id]
    if project.status == "finished":
        raise Refused(f"Project {project_id} is finished; it takes no more tasks.")
    if task.due > project.deadline:
        raise Refused(f"Project {project_id} ends on {project.deadline}, before the task is due.")
    posted = BoardTask(
        fresh_id("TSK", project_id, task.title, task.due), task.title, project_id, priority,
        "to do", task.estimate_hours, task.due, labels or [], None, None,
    )  # fmt: skip
    return PostedTask(db.tasks.put(posted), project)


@world.function(writes=True)
def assign_board_task(db: ProjectBoard, task_id: TaskId, teammate_id: TeammateId) -> Assignment:
    """Hand a task to somebody. Refused when it is done, or theirs already.

    task_id: the task to hand over
    teammate_id: who takes it on
    """
    task, mate = db.tasks[task_id], db.teammates[teammate_id]
    if task.status == "done":
        raise Refused(f"Task {task_id} is done.")
    if task.assignee_id == mate.teammate_id:
        raise Refused(f"Task {task_id} is with {mate.name} already.")
    return Assignment(db.tasks.put(replace(task, assignee_id=mate.teammate_id)), mate)


@world.function(writes=True)
def plan_sprint_tasks(db: ProjectBoard, sprint_id: SprintId, task_ids: list[TaskId]) -> SprintPlan:
    """Plan tasks into a sprint.

    Refused for closed sprints, and when the tasks take more hours than the sprint has left.

    sprint_id: the sprint that takes the tasks
    task_ids: the tasks to plan, at least one
    """
    sprint, tasks = db.sprints[sprint_id], [db.tasks[task_id] for task_id in task_ids]
    if sprint.state == "closed":
        raise Refused(f"Sprint {sprint_id} is closed.")
    if not tasks or len(set(task_ids)) < len(task_ids):
        raise Refused("A plan needs at least one task, and each of them once.")
    if there := next((t.task_id for t in tasks if t.sprint_id == sprint_id), None):
        raise Refused(f"Task {there} is planned into sprint {sprint_id} already.")
    planned = sprint.planned_hours + sum(t.estimate_hours for t in tasks)
    if planned > sprint.capacity_hours:
        raise Refused(f"Sprint {sprint_id} would be {planned - sprint.capacity_hours} hours over.")
    sprint = db.sprints.put(replace(sprint, planned_hours=planned))
    tasks = [db.tasks.put(replace(t, sprint_id=sprint_id)) for t in tasks]
    return SprintPlan(sprint, tasks, sprint.capacity_hours - planned)


@world.function(writes=True)
def book_time(
    db: ProjectBoard, task_id: TaskId, hours: BookedHours, day: Date, user_id: BoardUserId
) -> TimeEntry:
    """Book time worked on a task.

    Refused for days to come, for days more than a month ago, and above ten hours a day.

    task_id: the task that was worked on
    hours: how long
    day: the day on which the work was done
    user_id: who did the work
    """
    task, user = db.tasks[task_id], db.teammates[user_id]
    if not str(db.today - dt.timedelta(days=31)) <= day <= str(db.today):
        raise Refused(f"Time can be booked for the past month only, not for {day}.")
    same = db.entries.where(lambda e: e.user_id == user.teammate_id and e.day == day)
    if sum(e.hours for e in same) + hours > 10:
        raise Refused(f"That would make more than ten hours for {user.name} on {day}.")
    entry_id = fresh_id("TLG", user_id, task_id, day, hours)
    return db.entries.put(
        TimeEntry(entry_id, user_id, task_id, task.title, task.project_id, day, hours)
    )


@world.function(writes=True)
def withdraw_time_entry(db: ProjectBoard, entry_id: EntryId) -> TimeEntry:
    """Take back time that was booked. Refused after two weeks, when it has been invoiced.

    entry_id: the entry to take back
    """
    entry = db.entries[entry_id]
    if entry.day < str(db.today - dt.timedelta(days=14)):
        raise Refused(f"Entry {entry_id} has been invoiced and cannot be taken back.")
    db.entries.remove(entry_id)
    return entry
