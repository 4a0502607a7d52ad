"""A FastAPI app with the completion endpoints of the Mistral AI API, as its 422 bodies show them.

It answers each request that it accepts with the texts that it would hand to the model. It listens
on a port of 127.0.0.1 that the system picks, prints the port, and lives as long as its stdin.

It accepts at least what the API does: no label is taken for JSON, and keys that it does not know
are refused at the top level only.
"""

import json
import os
import socket
import sys
import threading
from typing import Annotated, Any, Literal, Union

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field


class Text(BaseModel):
    type: Literal["text"]
    text: str


class Reference(BaseModel):
    type: Literal["reference"]
    reference_ids: list[Union[int, str]]


class Thinking(BaseModel):
    type: Literal["thinking"]
    thinking: list[Annotated[Union[Text, Reference], Field(discriminator="type")]]
    signature: str | None = None
    closed: bool = True


class ImageUrl(BaseModel):
    type: Literal["image_url"]
    image_url: Union[str, dict[str, str]]


class DocumentUrl(BaseModel):
    type: Literal["document_url"]
    document_url: str
    document_name: str | None = None


class File(BaseModel):
    type: Literal["file"]
    file_id: str


class InputAudio(BaseModel):
    type: Literal["input_audio"]
    input_audio: str


class Resource(BaseModel):
    type: Literal["resource"]
    uri: str
    content: Annotated[Union[Text, ImageUrl], Field(discriminator="type")]


Part = Annotated[
    Union[Text, Reference, Thinking, ImageUrl, DocumentUrl, File, InputAudio, Resource],
    Field(discriminator="type"),
]
Content = Union[str, list[Part], None]


class Function(BaseModel):
    name: str
    arguments: Union[dict[str, Any], str]


class ToolCall(BaseModel):
    id: str = "null"
    type: str = "function"
    function: Function
    index: int = 0


class SystemMessage(BaseModel):
    role: Literal["system"]
    content: Content


class UserMessage(BaseModel):
    role: Literal["user"]
    content: Content


class AssistantMessage(BaseModel):
    role: Literal["assistant"]
    content: Content = None
    tool_calls: list[ToolCall] | None = None
    prefix: bool = False


class ToolMessage(BaseModel):
    role: Literal["tool"]
    content: Content
    tool_call_id: str | None = None
    name: str | None = None


Message = Annotated[
    Union[SystemMessage, UserMessage, AssistantMessage, ToolMessage],
    Field(discriminator="role"),
]


class FunctionDefinition(BaseModel):
    name: str
    description: str = ""
    strict: bool = False
    parameters: dict[str, Any] = {}


class Tool(BaseModel):
    type: str = "function"
    function: FunctionDefinition


class Prediction(BaseModel):
    type: str = "content"
    content: Union[str, list[Text]] = ""


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid")

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    min_tokens: int | None = None
    stream: bool = False
    stop: Union[str, list[str], None] = None
    random_seed: int | None = None
    metadata: dict[str, Any] | None = None


class Chat(Options):
    messages: Annotated[list[Message], Field(min_length=1)]
    n: int | None = None
    tools: list[Tool] | None = None
    response_format: dict[str, Any] | None = None
    prediction: Prediction | None = None
    safe_prompt: bool = False


class ChatCompletion(Chat):
    model: str


class AgentsCompletion(Chat):
    agent_id: str


class FimCompletion(Options):
    model: str
    prompt: str
    suffix: str | None = None


def parts(content: Content) -> list[str]:
    """The texts of a message."""
    if isinstance(content, str):
        return [content]
    return [text for part in content or [] for text in part_texts(part)]


def part_texts(part: Any) -> list[str]:
    match part:
        case Text():
            return [part.text]
        case Thinking():
            return [text for inner in part.thinking for text in part_texts(inner)]
        case DocumentUrl():
            return []
        case Resource():
            return part_texts(part.content)
    return []


def document_names(content: Content) -> list[str]:
    listed = content if isinstance(content, list) else []
    return [part.document_name for part in listed if getattr(part, "document_name", None)]


def chat_texts(chat: Chat):
    for message in chat.messages:
        yield message.role, parts(message.content)
        yield "other", document_names(message.content)
        for call in getattr(message, "tool_calls", None) or []:
            yield "other", [call.function.name, dumped(call.function.arguments)]
        yield "other", [getattr(message, "name", None) or ""]
    for tool in chat.tools or []:
        function = tool.function
        yield "other", [function.name, function.description, dumped(function.parameters)]
    if chat.prediction:
        content = chat.prediction.content
        yield "other", [content] if isinstance(content, str) else [part.text for part in content]
    yield "other", [dumped(chat.response_format or {})]


def dumped(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def echo(texts) -> dict[str, Any]:
    """An unpaired surrogate, which only free-form objects let in, is no text to a model."""

    def clean(text: str) -> str:
        return text.encode("utf-8", "replace").decode()

    return {"texts": [[role, [clean(text) for text in parts]] for role, parts in texts]}


app = FastAPI(strict_content_type=False)


@app.post("/v1/chat/completions")
def chat_completions(body: ChatCompletion):
    return echo(chat_texts(body))


@app.post("/v1/agents/completions")
def agents_completions(body: AgentsCompletion):
    return echo(chat_texts(body))


@app.post("/v1/fim/completions")
def fim_completions(body: FimCompletion):
    return echo([("other", [body.prompt, body.suffix or ""])])


def leave_with_parent():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=leave_with_parent, daemon=True).start()
    config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])
