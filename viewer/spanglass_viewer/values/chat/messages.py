"""What a chat is to a reader: messages with roles, made of parts; parameters, tools and token counts beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue

_PREVIEW_CHARS = 1000


@dataclass(frozen=True, slots=True)
class TextPart:
    """Something that was said."""

    text: str


@dataclass(frozen=True, slots=True)
class ThinkingPart:
    """What the model thought before it spoke; "" where the provider keeps it to itself."""

    text: str


@dataclass(frozen=True, slots=True)
class ValuePart:
    """Anything else in a message: an image, a file, an unknown part."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answered; `call_id` (or, where there is none, `name`) says to which call."""

    parts: tuple[TextPart | ValuePart, ...]
    call_id: str | None = None
    name: str | None = None
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asks for; `arguments` are decoded where they are JSON, else the text."""

    name: str
    arguments: JsonValue
    call_id: str | None
    result: ToolResult | None = None


MessagePart = TextPart | ThinkingPart | ValuePart | ToolCall | ToolResult


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `name` is who speaks within the role, `note` what else is said of it (a finish reason)."""

    role: str
    parts: tuple[MessagePart, ...]
    name: str | None = None
    note: str | None = None

    def preview(self) -> str:
        """Return the message in a line: its first text, else what it holds."""
        for part in self.parts:
            if isinstance(part, TextPart) and part.text.strip():
                return part.text[:_PREVIEW_CHARS]
        for part in self.parts:
            if isinstance(part, ToolCall):
                return f"{part.name}(…)"
            if isinstance(part, ToolResult):
                return next((said.text[:_PREVIEW_CHARS] for said in part.parts if isinstance(said, TextPart)), "Result")
            if isinstance(part, ThinkingPart):
                return part.text[:_PREVIEW_CHARS] or "Thinking"
        return "1 part" if len(self.parts) == 1 else f"{len(self.parts)} parts"


@dataclass(frozen=True, slots=True)
class ToolSchema:
    """A tool that the model could call; `schema` is what it was told of it, as it was sent."""

    name: str
    schema: JsonValue


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is said of a call beside its messages: parameters by name, tools, token counts by what they count."""

    parameters: tuple[tuple[str, JsonValue], ...] = ()
    tools: tuple[ToolSchema, ...] = ()
    tokens: tuple[tuple[str, int], ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything is said at all."""
        return bool(self.parameters or self.tools or self.tokens)

    def joined(self, other: CallFacts) -> CallFacts:
        """Return these facts, and of the other ones what is not said here."""
        named = {name for name, _ in self.parameters}
        return CallFacts(
            self.parameters + tuple(fact for fact in other.parameters if fact[0] not in named),
            self.tools or other.tools,
            self.tokens or other.tokens,
        )


@dataclass(frozen=True, slots=True)
class Conversation:
    """A value read as a chat; `rest` is what it holds beside the chat, nothing is left out."""

    messages: tuple[Message, ...]
    facts: CallFacts = CallFacts()
    rest: dict[str, JsonValue] = field(default_factory=dict["str", "JsonValue"])
