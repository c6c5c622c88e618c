"""What spans are logged to: a project's logs, an experiment or a playground of one store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from spanglass.bounded_walk import storable
from spanglass.identifiers import project_id_of
from spanglass_store.links.slugs import ObjectType, SpanSlug

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spanglass.recorder import Recorder

DEFAULT_PROJECT_NAME = "default"


class Container(NamedTuple):
    """A container and the recorder that its rows go to.

    `fields_json` is the part of each row that names the container (JSON, without braces); `root_type` the type
    of a root span that has none of its own; `on_scores` hears of the scores logged, by row id;
    `inherited_headers` are the W3C headers of the service that the trace came from, to be passed on.
    """

    recorder: Recorder
    object_type: ObjectType
    object_id: str
    fields_json: str
    root_type: str | None = None
    on_scores: Callable[[str, Mapping[str, float | None]], None] | None = None
    inherited_headers: Mapping[str, str] | None = None

    def is_same(self, other: Container) -> bool:
        """Tell whether both are one container, however much each knows of it."""
        return (self.object_type, self.object_id) == (other.object_type, other.object_id)


def project_logs(recorder: Recorder, name: str | None, project_id: str | None = None) -> Container:
    """Return the logs of a project; its id follows from its name, unless it is given."""
    if project_id is None:
        name = storable(name or DEFAULT_PROJECT_NAME)
        project_id = project_id_of(recorder.store.id, name)
    fields = {"project_id": project_id, **({"project_name": name} if name else {}), "log_id": "g"}
    return Container(recorder, ObjectType.PROJECT_LOGS, project_id, _inner_json(fields), root_type="task")


def container_of_slug(recorder: Recorder, slug: SpanSlug) -> Container:
    """Return the container that an exported slug names."""
    arguments = slug.object_arguments or {}
    if slug.object_type is ObjectType.PROJECT_LOGS:
        return project_logs(recorder, arguments.get("project_name"), slug.object_id or arguments.get("project_id"))
    object_id = slug.object_id or ""
    if slug.object_type is ObjectType.EXPERIMENT:
        fields, root_type = {"experiment_id": object_id}, "eval"
    else:
        fields, root_type = {"prompt_session_id": object_id, "log_id": "x"}, None
    return Container(recorder, slug.object_type, object_id, _inner_json(fields), root_type=root_type)


def experiment_container(
    recorder: Recorder,
    fields: Mapping[str, Any],
    on_scores: Callable[[str, Mapping[str, float | None]], None],
) -> Container:
    """Return the container of an experiment; `fields` has its `experiment_id` and its project."""
    object_id = fields["experiment_id"]
    json_text = _inner_json(fields)
    return Container(recorder, ObjectType.EXPERIMENT, object_id, json_text, root_type="eval", on_scores=on_scores)


def _inner_json(fields: Mapping[str, Any]) -> str:
    return orjson.dumps(fields).decode()[1:-1]
