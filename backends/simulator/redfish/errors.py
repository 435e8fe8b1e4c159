"""Redfish error bodies, with messages of the Base registry (DSP8011)."""

import json

from starlette.responses import Response

REGISTRY = "Base.1.18"
_MESSAGES = {
    "ResourceMissingAtURI": ("The resource at the URI '{}' was not found.", "Place a valid resource at the URI."),
    "NoValidSession": ("There is no valid session established with the implementation.", "Establish a session first."),
    "OperationNotAllowed": ("The HTTP method is not allowed on this resource.", "None."),
    "MalformedJSON": ("The request body submitted was malformed JSON.", "Correct the request body and resubmit."),
    "ActionParameterMissing": ("The action requires the parameter '{}' to be present.", "Supply the parameter."),
    "ActionParameterValueNotInList": ("The value of '{}' is not in the list of acceptable values.", "Choose one."),
    "PropertyMissing": ("The property '{}' is a required property.", "Supply the property."),
    "ResourceInStandby": ("The request could not be performed: the resource is in standby.", "Turn it on first."),
    "QueryNotSupported": ("Querying is not supported by the implementation.", "Remove the query parameters."),
    "QueryParameterValueFormatError": ("The value of the parameter '{}' has a wrong format.", "Correct the value."),
    "SessionLimitExceeded": ("There are too many sessions open.", "Close a session, then try again."),
    "ResourceAtUriUnauthorized": ("While accessing the resource, the service was denied.", "Check the credentials."),
}


def error(status: int, key: str, argument: str = "", headers: dict[str, str] | None = None) -> Response:
    """A Redfish error answer with one extended message."""
    message, resolution = _MESSAGES[key]
    arguments = [argument] if "{}" in message else []
    info = {
        "@odata.type": "#Message.v1_2_1.Message",
        "MessageId": f"{REGISTRY}.{key}",
        "Message": message.format(argument),
        "MessageArgs": arguments,
        "MessageSeverity": "Critical" if status >= 500 else "Warning",
        "Resolution": resolution,
    }
    body = {"error": {"code": info["MessageId"], "message": info["Message"], "@Message.ExtendedInfo": [info]}}
    return Response(json.dumps(body), status, headers, "application/json")
