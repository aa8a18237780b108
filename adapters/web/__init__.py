"""The web channel: a page with a chat for residents and one for officials."""

from adapters.web.adapter import WebAdapter, build
from adapters.web.settings import Settings

__all__ = ["Settings", "WebAdapter", "build"]
