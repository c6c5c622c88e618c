"""`spanglass link`: the link of a trace or a span."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.known_stores import note_store
from spanglass_store.links.addresses import BadAddress, format_address
from spanglass_store.location import read_store_info
from spanglass_viewer.cli.command import Command, ExitCode, WrongUsage, add_json_argument
from spanglass_viewer.cli.span_address import find_address, read_visit
from spanglass_viewer.cli.stores import existing_store_path, open_existing_store
from spanglass_viewer.cli.terminal import standard_output

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def _configure(parser: ArgumentParser) -> None:
    add_json_argument(parser)
    parser.add_argument("span", metavar="SPAN", help='an id of a trace or a span, its beginning, a slug, or "latest"')
    parser.add_argument("--field", metavar="PATH", help="lead to this field of the span, such as output")


def _run(options: Namespace) -> int:
    address = find_address(read_visit(options.span), lambda: open_existing_store(options))
    if address.store_id is None:
        info = read_store_info(existing_store_path(options))
        note_store(info)
        address = address._replace(store_id=info.id)
    try:
        link = format_address(address._replace(field=options.field or address.field))
    except BadAddress as reason:
        raise WrongUsage(f"There is no link to it: {reason}") from reason
    terminal = standard_output()
    if options.as_json:
        terminal.write_json({"link": link, "root_span_id": address.root_span_id, "span_id": address.span_id})
    else:
        terminal.write_line(terminal.link(link, link))
    return ExitCode.OK


COMMAND = Command(
    name="link",
    help="print the link of a trace or a span",
    configure=_configure,
    run=_run,
    examples=("spanglass link latest", "spanglass link 8b608964", "spanglass link 8b608964 --field output"),
)
