"""Facts of a count by single transferable vote, stage by stage (DR-36)."""

from collections.abc import Iterator

from schemas.declaration import StageDeclared
from streams.rules.count import Count
from streams.rules.facts.fact import Fact, Value


def stages(count: Count) -> Iterator[Fact]:
    """STV_FIRST_ELECTED: who was elected at the first stage that elects. STV_STAGE: the latest stage.

    Both are told until the ward declares.
    """
    by_ward: dict[str, list[StageDeclared]] = {}
    for event in count.book.of_kind("stage"):
        if isinstance(event, StageDeclared):
            by_ward.setdefault(event.ward, []).append(event)
    out = {ward.id for ward in count.out} - count.held_wards
    for ward, told in by_ward.items():
        if ward not in out:
            continue
        told.sort(key=lambda event: event.stage)
        first = next((event for event in told if event.elected), None)
        if first is not None:
            value: Value = {"ward": ward, "stage": first.stage, "elected": list(first.elected)}
            yield Fact("STV_FIRST_ELECTED", f"stv-first:{ward}", f"ward:{ward}", "R", value, lapses=True)
        last = told[-1]
        value = {
            "ward": ward,
            "stage": last.stage,
            "quota": last.quota,
            "elected": list(last.elected),
            "excluded": list(last.excluded),
        }
        yield Fact("STV_STAGE", f"stv-stage:{ward}", f"ward:{ward}", "R", value, lapses=True)
