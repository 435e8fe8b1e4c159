"""Redfish error bodies, with messages of the Base registry (DSP8011)."""

import json

from starlette.responses import Response

from backends.simulator.redfish.resource import Body, Value

REGISTRY = "Base.1.18"
_MESSAGES = {
    "AccountModified": ("The account was successfully modified.", "None."),
    "AccessDenied": ("The service refused the request: the user may not do this to {}.", "Use a more privileged user."),
    "ActionParameterMissing": ("The action requires the parameter '{}' to be present.", "Supply the parameter."),
    "ActionParameterUnknown": ("The parameter '{}' is not known to the action.", "Remove the parameter."),
    "ActionParameterValueFormatError": ("The value of the parameter '{}' has a wrong format.", "Correct the value."),
    "ActionParameterValueNotInList": ("The value of '{}' is not in the list of acceptable values.", "Choose one."),
    "ActionParameterValueTypeError": ("The value of the parameter '{}' is of another type.", "Correct the type."),
    "HeaderInvalid": ("The header '{}' has a value that is not supported.", "Correct the header."),
    "InsufficientPrivilege": ("The privileges of the user do not allow this operation.", "Use a more privileged user."),
    "MalformedJSON": ("The request body submitted was malformed JSON.", "Correct the request body and resubmit."),
    "NoOperation": ("The request body holds nothing to change.", "Add properties to the request."),
    "NoValidSession": ("There is no valid session established with the implementation.", "Establish a session first."),
    "OperationNotAllowed": ("The HTTP method is not allowed on this resource.", "None."),
    "PasswordChangeRequired": ("The password of this account must be changed: PATCH {}.", "Change the password."),
    "PreconditionFailed": ("The ETag supplied did not match the current one of the resource.", "Read it, try again."),
    "PropertyMissing": ("The property '{}' is a required property.", "Supply the property."),
    "PropertyNotWritable": ("The property '{}' is read only and cannot be given a value.", "Remove the property."),
    "PropertyUnknown": ("The property '{}' is not in the list of properties of the resource.", "Remove the property."),
    "PropertyValueIncorrect": ("The value of the property '{}' is not one it can have.", "Correct the value."),
    "PropertyValueNotInList": ("The value of the property '{}' is not in the acceptable list.", "Choose one."),
    "QueryNotSupported": ("Querying is not supported by the implementation.", "Remove the query parameters."),
    "QueryNotSupportedOnResource": ("The query parameter {} is not supported on this resource.", "Remove it."),
    "QueryParameterUnsupported": ("The query parameter '{}' is not supported.", "Remove the query parameter."),
    "QueryParameterValueFormatError": ("The value of the parameter '{}' has a wrong format.", "Correct the value."),
    "ResourceAlreadyExists": ("A resource with this '{}' exists already.", "Choose another value."),
    "ResourceAtUriUnauthorized": ("While accessing the resource, the service was denied.", "Check the credentials."),
    "ResourceInStandby": ("The request could not be performed: the resource is in standby.", "Turn it on first."),
    "ResourceInUse": ("The change could not be made because the resource is in use.", "Free it, then try again."),
    "ResourceMissingAtURI": ("The resource at the URI '{}' was not found.", "Place a valid resource at the URI."),
    "ServiceDisabled": ("The operation failed because the service at {} is disabled.", "Enable the service first."),
    "ServiceTemporarilyUnavailable": ("The service is temporarily unavailable. Retry in {} seconds.", "Wait."),
    "SessionLimitExceeded": ("There are too many sessions open.", "Close a session, then try again."),
    "UnsupportedMediaType": ("The media type of the request body is not supported.", "Send application/json."),
}


class Refused(Exception):
    """A request that cannot be done: the answer it gets."""

    def __init__(self, status: int, key: str, argument: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.argument = argument
        self.headers = headers

    def response(self) -> Response:
        """As an HTTP answer."""
        return error(self.status, self.key, self.argument, self.headers)


def message(key: str, argument: str = "", *, severity: str = "Warning") -> Body:
    """One message of the Base registry, as `@Message.ExtendedInfo` holds it."""
    text, resolution = _MESSAGES[key]
    arguments: list[Value] = [argument] if "{}" in text else []
    return {
        "@odata.type": "#Message.v1_2_1.Message",
        "MessageId": f"{REGISTRY}.{key}",
        "Message": text.format(argument),
        "MessageArgs": arguments,
        "MessageSeverity": severity,
        "Resolution": resolution,
    }


def error(status: int, key: str, argument: str = "", headers: dict[str, str] | None = None) -> Response:
    """A Redfish error answer with one extended message."""
    return errors(status, [message(key, argument, severity="Critical" if status >= 500 else "Warning")], headers)


def errors(status: int, messages: list[Body], headers: dict[str, str] | None = None) -> Response:
    """A Redfish error answer with its extended messages, the first of which names it."""
    first = messages[0]
    body = {"error": {"code": first["MessageId"], "message": first["Message"], "@Message.ExtendedInfo": messages}}
    return Response(json.dumps(body), status, headers, "application/json")
