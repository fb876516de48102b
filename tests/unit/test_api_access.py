"""Who may call the API, read from the template as CloudFormation gets it."""

from functools import cache
from pathlib import Path

import pytest
from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

ROOT = Path(__file__).parents[2]
ANY = "x-amazon-apigateway-any-method"
METHODS = (ANY, "delete", "get", "head", "patch", "post", "put")


class Policies:
    """Stands for the list of AWS's own policies, of which the template names a few."""

    def load(self):
        return {
            name: f"arn:aws:iam::aws:policy/{name}"
            for name in ("AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess")
        }


@pytest.fixture(autouse=True)
def region(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")


@cache
def translated():
    """The template after SAM's transform, its code packaged somewhere."""
    template = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in template["Resources"].values():
        for name in ("CodeUri", "ContentUri", "DefinitionUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = "s3://packaged/code"
    return transform(template, {}, Policies())


def deployed(**given):
    """The resources as they are with these parameters: conditions decided, what is not there left out."""
    template = translated()
    values = {name: told.get("Default") for name, told in template["Parameters"].items()} | given
    decided = {}

    def holds(expression):
        ((kind, of),) = expression.items()
        match kind:
            case "Condition":
                return condition(of)
            case "Fn::Equals":
                left, right = (values[part["Ref"]] if isinstance(part, dict) else part for part in of)
                return str(left) == str(right)
            case "Fn::Not":
                return not holds(of[0])
            case "Fn::And":
                return all(map(holds, of))
        raise NotImplementedError(kind)

    def condition(name):
        if name not in decided:
            decided[name] = holds(template["Conditions"][name])
        return decided[name]

    def resolved(part):
        if isinstance(part, list):
            return [found for found in map(resolved, part) if found is not None]
        if not isinstance(part, dict):
            return part
        if "Fn::If" in part:
            name, yes, no = part["Fn::If"]
            return resolved(yes if condition(name) else no)
        if part.get("Ref") == "AWS::NoValue":
            return None
        if part.get("Ref") in values:
            return values[part["Ref"]]
        kept = {name: resolved(value) for name, value in part.items()}
        return {name: value for name, value in kept.items() if value is not None}

    return {
        name: resolved(resource)
        for name, resource in template["Resources"].items()
        if "Condition" not in resource or condition(resource["Condition"])
    }


def body(**given):
    return deployed(**given)["Api"]["Properties"]["Body"]


def asked_for(definition):
    """What each method of each path asks of its caller."""
    return {
        (path, method): operations[method].get("security")
        for path, operations in definition["paths"].items()
        for method in operations
        if method in METHODS
    }


@pytest.mark.parametrize(
    ("auth", "security"), [("none", None), ("key", [{"ApiKey": []}]), ("cognito", [{"Cognito": []}])]
)
def test_every_path_asks_for_what_the_parameter_says(auth, security):
    found = asked_for(body(ApiAuth=auth))
    assert len(found) >= 2
    assert set(map(str, found.values())) == {str(security)}


def test_a_key_is_asked_for_unless_somebody_says_otherwise():
    assert set(map(str, asked_for(body()).values())) == {"[{'ApiKey': []}]"}


@pytest.mark.parametrize("auth", ["none", "key", "cognito"])
def test_a_preflight_asks_for_nothing_and_says_what_may_be_sent(auth):
    for path, operations in body(ApiAuth=auth)["paths"].items():
        preflight = operations["options"]
        assert "security" not in preflight, path
        integration = preflight["x-amazon-apigateway-integration"]
        assert integration["type"] == "mock"
        headers = {
            name.rpartition(".")[2]: value.strip("'")
            for name, value in integration["responses"]["default"]["responseParameters"].items()
        }
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert set(headers["Access-Control-Allow-Methods"].split(",")) == {"GET", "POST", "OPTIONS"}
        allowed = {name.lower() for name in headers["Access-Control-Allow-Headers"].split(",")}
        assert allowed >= {"x-api-key", "authorization", "content-type", "if-none-match"}
        # an API Gateway header that its method response does not name is dropped
        assert set(preflight["responses"]["204"]["headers"]) == set(headers)


def test_the_functions_themselves_say_which_methods_a_path_takes():
    # a path that lists its methods leaves the others to the gateway: 403, Missing Authentication Token
    assert {frozenset(operations) for operations in body()["paths"].values()} == {frozenset({ANY, "options"})}


@pytest.mark.parametrize("kind", ["DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED"])
def test_a_page_may_read_what_the_gateway_itself_refuses(kind):
    told = body()["x-amazon-apigateway-gateway-responses"][kind]["responseParameters"]
    assert told["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"


def test_keys_are_throttled_by_their_plan_and_without_keys_the_stage_is():
    with_key = deployed(ApiAuth="key", ApiRateLimit=7, ApiBurstLimit=9)
    assert with_key["ApiUsage"]["Properties"]["Throttle"] == {"RateLimit": 7, "BurstLimit": 9}
    (settings,) = stage(with_key)
    assert "ThrottlingRateLimit" not in settings
    for auth in ("none", "cognito"):
        without = deployed(ApiAuth=auth, ApiRateLimit=7, ApiBurstLimit=9)
        assert not {"ApiKey", "ApiUsage", "ApiKeyUsage"} & set(without)
        (settings,) = stage(without)
        assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (7, 9)


def stage(resources):
    (found,) = (told for told in resources.values() if told["Type"] == "AWS::ApiGateway::Stage")
    return found["Properties"]["MethodSettings"]


def test_with_cognito_the_tokens_of_the_named_pool_are_taken_else_those_of_one_of_the_stacks_own():
    own = deployed(ApiAuth="cognito")
    assert {"UserPool", "UserPoolClient"} <= set(own)
    assert pools(own) == [{"Fn::GetAtt": ["UserPool", "Arn"]}]
    theirs = deployed(ApiAuth="cognito", ApiUserPoolArn="arn:aws:cognito-idp:eu-central-1:1:userpool/p")
    assert "UserPool" not in theirs
    assert pools(theirs) == ["arn:aws:cognito-idp:eu-central-1:1:userpool/p"]


def pools(resources):
    schemes = resources["Api"]["Properties"]["Body"]["components"]["securitySchemes"]
    return schemes["Cognito"]["x-amazon-apigateway-authorizer"]["providerARNs"]


def test_a_web_acl_is_put_in_front_when_one_is_named():
    assert "ApiWebAcl" not in deployed()
    acl = deployed(ApiWebAclArn="arn:aws:wafv2:eu-central-1:1:regional/webacl/w/1")["ApiWebAcl"]
    assert acl["Properties"]["WebACLArn"] == "arn:aws:wafv2:eu-central-1:1:regional/webacl/w/1"
    assert "/stages/" in acl["Properties"]["ResourceArn"]["Fn::Sub"][0]
    assert acl["Properties"]["ResourceArn"]["Fn::Sub"][1]["Stage"]["Ref"] in deployed()


def test_a_request_may_read_only_so_much_and_a_run_whatever_it_needs():
    groups = {
        name: told["Properties"]["WorkGroupConfiguration"].get("BytesScannedCutoffPerQuery")
        for name, told in deployed(ApiQueryBytes=20_000_000).items()
        if told["Type"] == "AWS::Athena::WorkGroup"
    }
    assert groups == {"WorkGroup": None, "ApiWorkGroup": 20_000_000}
    serve = deployed()["ServeFunction"]["Properties"]["Environment"]["Variables"]
    assert serve["WORKGROUP"] == {"Ref": "ApiWorkGroup"}
