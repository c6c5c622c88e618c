"""`spanglass prune`: delete old traces, with their attachments."""

from __future__ import annotations

import argparse
import dataclasses
import time
from typing import TYPE_CHECKING, Any

from spanglass_viewer.cli.amounts import age_secs, size_bytes
from spanglass_viewer.cli.command import Command, ExitCode, WrongUsage, add_json_argument, count_argument
from spanglass_viewer.cli.consent import add_consent_argument, is_agreed
from spanglass_viewer.cli.progress import ProgressLine
from spanglass_viewer.cli.stores import existing_store_path
from spanglass_viewer.cli.terminal import plain_line, standard_output
from spanglass_viewer.format.quantities import format_bytes, format_many

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from spanglass_store.upkeep.pruning import PrunePlan


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("--older-than", type=age_secs, metavar="AGE", help="traces that ended longer ago, such as 30d")
    parser.add_argument("--keep-last", type=count_argument, metavar="N", help="all but the N newest traces")
    parser.add_argument(
        "--max-size", type=size_bytes, metavar="SIZE", help="the oldest, until what was logged and attached fits"
    )
    parser.add_argument("--project", metavar="NAME", help="only traces of this project; alone: all of them")
    parser.add_argument(
        "--automatic",
        action=argparse.BooleanOptionalAction,
        help="from now on the store prunes itself to these limits, once a day; --no-automatic ends that",
    )
    parser.add_argument("--dry-run", action="store_true", help="only tell what would go")
    add_consent_argument(parser)
    add_json_argument(parser)


def _run(options: Namespace) -> int:
    if options.automatic is not None:
        return _set_automatic(options)
    from spanglass_store.upkeep.pruning import (  # noqa: PLC0415 - DuckDB takes 60 to 100 ms to load
        PruneRule,
        iter_prune_and_free,
        plan_prune,
    )
    from spanglass_store.upkeep.session import hold_store  # noqa: PLC0415 - as above
    from spanglass_store.upkeep.steps import run_steps  # noqa: PLC0415 - only this needs it

    rule = PruneRule(options.older_than, options.keep_last, options.max_size, options.project)
    if rule == PruneRule():
        raise WrongUsage("Say which traces: --older-than, --keep-last, --max-size or --project.")
    store = existing_store_path(options)
    # The store is let go while the user thinks; what is deleted then is what was shown.
    progress = ProgressLine("Looking for what goes")
    with progress.ticking(), hold_store(store) as database, database.cursor() as cursor:
        plan = plan_prune(cursor, rule, time.time_ns() // 1000)
    fields = _plan_fields(plan)
    if not options.as_json:
        standard_output().write_line(_sentence(plan, options.project))
    is_wanted = bool(plan.root_span_ids) and not options.dry_run
    is_done = is_wanted and is_agreed(options, "Delete them for good?")
    if is_done:
        progress.say("Merging the journal")
        with progress.ticking(), hold_store(store) as database:
            fields["freed_bytes"] = run_steps(iter_prune_and_free(database, plan), progress.say)
        if not options.as_json:
            standard_output().write_line(f"Deleted. The store is {format_bytes(fields['freed_bytes'])} smaller.")
    if options.as_json:
        standard_output().write_json(fields | {"is_done": is_done})
    return ExitCode.OK


def _set_automatic(options: Namespace) -> int:
    """Keep the limits in the store's settings, or take them out; nothing is deleted here."""
    from spanglass_store.settings import read_settings, write_settings  # noqa: PLC0415 - only this needs it

    limits: dict[str, Any] = {
        "prune_older_than_secs": options.older_than,
        "prune_keep_last": options.keep_last,
        "prune_max_size_bytes": options.max_size,
    }
    has_limits = any(limit is not None for limit in limits.values())
    if options.project is not None or has_limits != options.automatic:
        raise WrongUsage(
            "--automatic takes limits for the whole store: --older-than, --keep-last, --max-size;"
            " --no-automatic takes none."
        )
    store = existing_store_path(options)
    write_settings(store, dataclasses.replace(read_settings(store), **limits))
    if options.as_json:
        standard_output().write_json({"is_automatic": options.automatic, **limits})
    elif options.automatic:
        standard_output().write_line(
            "From now on the store prunes itself to these limits, once a day. Nothing was deleted yet."
        )
    else:
        standard_output().write_line("The store keeps everything until you prune it.")
    return ExitCode.OK


def _sentence(plan: PrunePlan, project: str | None) -> str:
    if not plan.root_span_ids and project is not None:
        return f"Nothing to delete: no ended trace of the project {plain_line(project)!r} is beyond the limits."
    if not plan.root_span_ids:
        return "Nothing to delete: every trace is within the limits."
    attached = f" and {format_bytes(plan.attachment_bytes)} of attachments" if plan.attachment_bytes else ""
    return (
        f"{format_many(len(plan.root_span_ids), 'trace')} to delete, {format_many(plan.span_count, 'span')}:"
        f" {format_bytes(plan.text_bytes)} as logged{attached}."
    )


def _plan_fields(plan: PrunePlan) -> dict[str, Any]:
    return {
        "traces": len(plan.root_span_ids),
        "spans": plan.span_count,
        "text_bytes": plan.text_bytes,
        "attachment_bytes": plan.attachment_bytes,
    }


COMMAND = Command(
    name="prune",
    help="delete old traces and their attachments; it tells what goes, and asks",
    configure=_configure,
    run=_run,
    examples=(
        "spanglass prune --older-than 30d",
        "spanglass prune --keep-last 1000 --project checkout",
        "spanglass prune --max-size 2GB --yes",
        "spanglass prune --older-than 90d --max-size 10GB --automatic",
    ),
)
