"""The colours of both themes, by what they are for. Red is for errors alone."""

from __future__ import annotations

from dataclasses import dataclass

KNOWN_TYPES = (
    "llm", "tool", "function", "task", "eval", "score",
    "automation", "facet", "preprocessor", "classifier", "review",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme. Every value is `#rrggbb`; text on its ground has a contrast of 4.5:1 at least."""

    is_dark: bool
    window: str
    raised: str  # cards, chips, inputs
    hover: str
    pressed: str
    hairline: str
    border: str
    text: str
    text_muted: str
    text_faint: str
    accent: str
    accent_text: str  # on a fill of accent
    selection: str
    selection_soft: str  # a selected row of a view without focus
    error: str
    error_fill: str
    ok: str
    warning: str
    warning_fill: str
    scrollbar: str
    guide: str
    checker_light: str
    checker_dark: str
    hue_llm: str
    hue_tool: str
    hue_function: str
    hue_task: str
    hue_retrieval: str
    hue_neutral: str
    json_key: str
    json_string: str
    json_number: str
    json_word: str

    def type_hue(self, span_type: str) -> str:
        """Return the hue of a span type; a type nobody knows is neutral, and keeps its name."""
        return {
            "llm": self.hue_llm,
            "tool": self.hue_tool,
            "function": self.hue_neutral,
            "task": self.hue_task,
            "eval": self.hue_retrieval,
            "score": self.hue_function,
            "classifier": self.hue_function,
            "automation": self.hue_task,
            "facet": self.hue_function,
            "preprocessor": self.hue_retrieval,
            "review": self.hue_tool,
        }.get(span_type, self.hue_neutral)


DARK = Tokens(
    is_dark=True,
    window="#14171d", raised="#1a1e26", hover="#1c212a", pressed="#232936", hairline="#252b36", border="#2b323e",
    text="#e8ebf1", text_muted="#a3acbb", text_faint="#8892a3",
    accent="#5b8cff", accent_text="#0c1220", selection="#1d2a45", selection_soft="#1f2530",
    error="#ff6b6b", error_fill="#2c1a1e", ok="#34c98a", warning="#f0a63a", warning_fill="#2b2317",
    scrollbar="#313846", guide="#2b323e", checker_light="#2a2f3a", checker_dark="#20242d",
    hue_llm="#5b8cff", hue_tool="#34c99a", hue_function="#f0a63a", hue_task="#a78bfa", hue_retrieval="#2cc5e0",
    hue_neutral="#8b96a8",
    json_key="#7aa2ff", json_string="#5bd1a5", json_number="#f0a63a", json_word="#c3a6ff",
)  # fmt: skip

LIGHT = Tokens(
    is_dark=False,
    window="#ffffff", raised="#f6f7f9", hover="#f2f4f7", pressed="#e8ebf0", hairline="#e6e9ee", border="#d9dee6",
    text="#10141c", text_muted="#4a5463", text_faint="#616c7d",
    accent="#185aff", accent_text="#ffffff", selection="#e4edff", selection_soft="#eef1f6",
    error="#c92a2a", error_fill="#fdeceb", ok="#0a7a57", warning="#9a5b00", warning_fill="#fff4e0",
    scrollbar="#d0d5dd", guide="#dfe3ea", checker_light="#ffffff", checker_dark="#e9ecf1",
    hue_llm="#3a72f5", hue_tool="#12a373", hue_function="#d98a13", hue_task="#7c5cf0", hue_retrieval="#0f9fb8",
    hue_neutral="#7a8699",
    json_key="#1d4fd8", json_string="#08734f", json_number="#8f5300", json_word="#6b3fd4",
)  # fmt: skip
