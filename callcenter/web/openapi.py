"""The JSON interface: blueprints under /api/v1, their OpenAPI document, and a page that shows it.

The page is our own template over the document: nothing of another host, no script.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Any, NoReturn, Protocol, TypeVar

from flask import Blueprint, Flask, Request, Response, current_app, jsonify, render_template
from flask_smorest import Api  # type: ignore[import-untyped]
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser

from callcenter.errors import InvalidInput
from callcenter.web.access import allow, anyone
from callcenter.web.errors import from_validation
from callcenter.web.schemas import ErrorShape

PREFIX = "/api/v1"
KEY = "callcenter_api"
DESCRIPTION = (
    "機械からの接続には「Authorization: Bearer トークン」を付けます（Cookieは使えません）。"
    "日時は時差付きで送り、協定世界時で返します。拒否はすべて code・message・errors の形で返します。"
)
METHODS = ("get", "post", "put", "patch", "delete")
blueprint = Blueprint("openapi", __name__)
F = TypeVar("F", bound=Callable[..., Any])


class Decorator(Protocol):
    """Leaves a view's type as it is."""

    def __call__(self, view: F, /) -> F: ...


class Parser(FlaskParser):
    """Refuses a request's values in our one shape and language."""

    def _raw_load_json(self, req: Request) -> Any:
        try:
            return json.loads(req.get_data(cache=True))
        except (ValueError, RecursionError) as error:
            raise InvalidInput("JSONとして読み取れませんでした。") from error

    def handle_error(self, error: ValidationError, *_about: Any, **_more: Any) -> NoReturn:
        """`{"json": {"name": [...]}}` under the names of the fields alone."""
        refused = from_validation(error)
        named = {_field_name(name): texts for name, texts in refused.errors.items()}
        raise InvalidInput(errors=named) from error


def _field_name(path: str) -> str:
    """The name without the place it was found in; `_` for the body as a whole."""
    _place, _, name = path.partition(".")
    return "_" if name in ("", "_schema") else name


class ApiBlueprint(SmorestBlueprint):  # type: ignore[misc]
    """A part of the API: `@blueprint.get(…)`, beneath it `@allow(…)`, `arguments`, `response`.

    The library has no types; what our views use of it is typed here.
    """

    ARGUMENTS_PARSER = Parser()

    def get(self, rule: str) -> Decorator:
        return self._on("GET", rule)

    def post(self, rule: str) -> Decorator:
        return self._on("POST", rule)

    def put(self, rule: str) -> Decorator:
        return self._on("PUT", rule)

    def patch(self, rule: str) -> Decorator:
        return self._on("PATCH", rule)

    def _on(self, method: str, rule: str) -> Decorator:
        decorator: Decorator = self.route(rule, methods=[method])
        return decorator

    def arguments(self, schema: type[Schema], **more: Any) -> Decorator:
        """The parsed body (or query, by `location`) becomes the view's first argument."""
        decorator: Decorator = super().arguments(schema(), **more)  # one for all requests: making it takes a while
        return decorator

    def response(self, status_code: int, schema: type[Schema] | Schema | None = None, **more: Any) -> Decorator:
        """What the view returns is dumped with `schema`."""
        decorator: Decorator = super().response(status_code, schema, **more)
        return decorator

    def doc(self, **more: Any) -> Decorator:
        """Adds to the description of the view."""
        decorator: Decorator = super().doc(**more)
        return decorator

    def register_views_in_doc(self, api: DescribedApi, app: Flask, spec: Any, **more: Any) -> None:
        """Kept for later: a fifth of a start would go into a description that is seldom asked for."""
        api.undescribed.append(partial(super().register_views_in_doc, api, app, spec, **more))


class DescribedApi(Api):  # type: ignore[misc]
    """Documents our one shape of refusals instead of the library's, and the views when it is first asked."""

    ERROR_SCHEMA = ErrorShape

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.undescribed: list[Callable[[], None]] = []
        self._one_at_a_time = Lock()
        super().__init__(*arguments, **named)

    def document(self) -> dict[str, Any]:
        """The OpenAPI document of every blueprint."""
        with self._one_at_a_time:
            while self.undescribed:
                self.undescribed.pop(0)()
            found: dict[str, Any] = self.spec.to_dict()
        return found


def init_app(app: Flask, *blueprints: ApiBlueprint) -> None:
    """Register the API's blueprints and its description. Before `web.errors`, whose handlers are to stand."""
    app.config.update(API_TITLE="コールセンター業務 API", API_VERSION="v1", OPENAPI_VERSION="3.0.3")
    described = DescribedApi(app, spec_kwargs={"info": {"description": DESCRIPTION}})
    bearer = {"type": "http", "scheme": "bearer"}
    described.spec.components.security_scheme("bearer", bearer)
    described.spec.options["security"] = [{"bearer": []}]
    for one in blueprints:
        described.register_blueprint(one, url_prefix=f"{PREFIX}{one.url_prefix or ''}")
    app.extensions[KEY] = described
    app.register_blueprint(blueprint)


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    described: DescribedApi = current_app.extensions[KEY]
    return described.document()


@blueprint.get("/api/openapi.json")
@allow(anyone("the description of the interface holds no data"))
def openapi_json() -> Response:
    return jsonify(document())


@blueprint.get("/api/docs")
@allow(anyone("the description of the interface holds no data"))
def docs() -> str:
    described = document()
    return render_template("api/docs.html", document=described, operations=_operations(described))


def _operations(described: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations in the order of their paths, as the page lists them."""
    return [
        _operation(described, path, method, operations)
        for path, operations in described["paths"].items()
        for method in METHODS
        if method in operations
    ]


def _operation(described: dict[str, Any], path: str, method: str, operations: dict[str, Any]) -> dict[str, Any]:
    own = operations[method]
    content = own.get("requestBody", {}).get("content", {}).get("application/json", {})
    parameters = [*operations.get("parameters", []), *own.get("parameters", [])]
    return {
        "id": f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        "method": method.upper(),
        "path": path,
        "summary": own.get("summary", ""),
        "description": own.get("description", ""),
        "parameters": [_resolved(described, each) for each in parameters],
        "body": _properties(described, content.get("schema")),
        "answers": [
            _answer(described, status, answer)
            for status, answer in own.get("responses", {}).items()
            if status[0] == "2"
        ],
    }


def _answer(described: dict[str, Any], status: str, answer: dict[str, Any]) -> dict[str, Any]:
    schema = _resolved(described, answer).get("content", {}).get("application/json", {}).get("schema")
    return {"status": status, "fields": _properties(described, schema)}


def _resolved(described: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """What a `$ref` points at."""
    found: Any = value
    while isinstance(found, dict) and "$ref" in found:
        target: Any = described
        for part in found["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        found = target
    return dict(found)


def _properties(described: dict[str, Any], schema: dict[str, Any] | None, prefix: str = "") -> list[dict[str, Any]]:
    """The fields of a schema in a flat list, nested ones under `outer.inner`."""
    if not schema:
        return []
    resolved = _resolved(described, schema)
    if resolved.get("type") == "array":
        return _properties(described, resolved["items"], f"{prefix}[]." if prefix else "[].")
    rows: list[dict[str, Any]] = []
    for name, inner in resolved.get("properties", {}).items():
        field = _resolved(described, inner)
        rows.append(_row(f"{prefix}{name}", field, name in resolved.get("required", ())))
        nested = field.get("items") if field.get("type") == "array" else field
        mark = "[]." if field.get("type") == "array" else "."
        if nested and ("$ref" in nested or "properties" in nested):
            rows += _properties(described, nested, f"{prefix}{name}{mark}")
    return rows


def _row(name: str, field: dict[str, Any], required: bool) -> dict[str, Any]:
    kind = field.get("format") or field.get("type", "")
    return {"name": name, "kind": kind, "required": required, "description": field.get("description", "")}
