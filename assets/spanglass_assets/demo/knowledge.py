"""The knowledge base: two searches side by side in one event loop, then a ranking."""

from __future__ import annotations

import asyncio
from typing import Any

import spanglass
from spanglass import Attachment
from spanglass_assets.paths import get_media_path

from .pace import spend, spend_async

_ARTICLES = (
    {"id": "kb-118", "title": "Refund policy: damaged on arrival", "score": 0.91},
    {"id": "kb-042", "title": "Partial refunds and shipping", "score": 0.78},
    {"id": "kb-311", "title": "When the payment gateway times out", "score": 0.64},
)


@spanglass.traced(name="kb.search", type="tool")
def search(query: str, top_k: int = 8) -> dict[str, Any]:
    """Return the articles that fit, and the policy that they rest on."""
    articles = asyncio.run(_search_both(query, top_k))
    policy = str(get_media_path("refund-policy.pdf"))
    return {
        "articles": articles,
        "policy": Attachment(data=policy, filename="refund-policy.pdf", content_type="application/pdf"),
    }


async def _search_both(query: str, top_k: int) -> list[dict[str, Any]]:
    by_meaning, by_words = await asyncio.gather(_search_vectors(query, top_k), _search_words(query))
    return _rank([*by_meaning, *by_words])


@spanglass.traced(name="vector.search")
async def _search_vectors(query: str, top_k: int) -> list[dict[str, Any]]:
    await _embed(query)
    with spanglass.start_span(name="duckdb.vss", type="function", input={"top_k": top_k, "dimensions": 1024}) as span:
        await spend_async(0.08)
        found = list(_ARTICLES[:2])
        span.log(output=found, metrics={"rows_scanned": 18_204})
    return found


async def _embed(query: str) -> None:
    with spanglass.start_span(
        name="POST /embeddings", type="llm", input=query, metadata={"model": "text-embedding-3-small", "status": 200}
    ) as span:
        await spend_async(0.1)
        span.log(output={"embedding_length": 1024}, metrics={"prompt_tokens": 88, "tokens": 88, "estimated_cost": 2e-6})


@spanglass.traced(name="fulltext.search")
async def _search_words(query: str) -> list[dict[str, Any]]:
    await spend_async(0.13)
    return [article for article in _ARTICLES if set(query.split()) & set(str(article["title"]).lower().split())]


@spanglass.traced(name="rerank", type="function")
def _rank(articles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    spend(0.03)
    by_id = {article["id"]: article for article in articles}
    return sorted(by_id.values(), key=lambda article: -article["score"])
