"""`alerts:` in the configuration: who is notified, and every wrong value at its line."""

import json
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft202012Validator

from ordosync.config import as_plain
from ordosync.config.json_schema import json_schema

from .conftest import LEAST, Load, Problems

FULL = """\
alerts:
  to:
    office:
      mail: {host: smtp.example.org, to: [ops@example.org], from: sync@example.org,
             user: sync, password: "${TOKEN}"}
    pager: {command: [page, "{title}"]}
    slack: {webhook: "https://hooks.example.org/${X", form: slack, secret: "${TOKEN}"}
    phone: {apprise: "${TOKEN}"}
  rules:
    - {portals: ["acme-*"], from: critical, to: [phone, slack]}
    - {to: [office]}
  quiet: {from: "22:00", to: "07:00", timezone: Europe/London, but: critical}
  digest: {at: 08:00, timezone: Europe/London, to: [office], when_empty: yes}
  again: 12h
  cron_mail: false
""".replace("/${X", "/x")


def test_all_options_are_read(load: Load) -> None:
    alerts = load(LEAST + FULL).alerts

    assert alerts is not None
    assert [(name, target.transport) for name, target in alerts.to.items()] == [
        ("office", "mail"),
        ("pager", "command"),
        ("slack", "webhook"),
        ("phone", "apprise"),
    ]
    mail = alerts.to["office"].mail
    assert mail is not None
    assert (mail.number, mail.tls, mail.from_) == (587, "starttls", "sync@example.org")
    assert alerts.quiet is not None
    assert (alerts.quiet.from_, alerts.quiet.timezone) == (time(22), ZoneInfo("Europe/London"))
    assert alerts.digest is not None
    assert (alerts.digest.at, alerts.digest.when_empty) == (time(8), True)
    assert (alerts.again, alerts.cron_mail) == (timedelta(hours=12), False)


def test_first_rule_that_fits_decides_who_is_notified(load: Load) -> None:
    alerts = load(LEAST + FULL).alerts

    assert alerts is not None
    assert alerts.targets("acme-northwind", "critical") == ("phone", "slack")
    assert alerts.targets("acme-northwind", "normal") == ("office",)
    assert alerts.targets("other", "critical") == ("office",)


def test_without_rules_all_are_notified_and_without_the_section_no_alerts_are_sent(
    load: Load,
) -> None:
    alerts = load(f"{LEAST}alerts: {{to: {{a: {{command: [x]}}, b: {{command: [y]}}}}}}\n").alerts

    assert alerts is not None
    assert alerts.targets("acme-northwind", "normal") == ("a", "b")
    assert load(LEAST).alerts is None


def test_secrets_are_not_shown(load: Load) -> None:
    shown = json.dumps(as_plain(load(LEAST + FULL)))

    assert "from-the-environment" not in shown
    assert "hooks.example.org" not in shown
    assert '"from": "22:00"' in shown
    assert '"again": "720m"' in shown


def test_shown_configuration_fits_the_schema_for_editors(load: Load) -> None:
    schema = json_schema()["properties"]["alerts"]
    shown = json.loads(json.dumps(as_plain(load(LEAST + FULL))["alerts"]))

    assert [error.message for error in Draft202012Validator(schema).iter_errors(shown)] == []


COMMAND = "{to: {office: {command: [x]}}, "


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}", "alerts.to: is missing"),
        ("{to: {}}", "alerts.to: no recipient is configured"),
        ("{to: {Office: {command: [x]}}}", 'alerts.to.Office: "Office" is not a name; use up'),
        ("{to: {a: {}}}", "alerts.to.a: needs exactly one of command, mail, webhook, apprise"),
        ("{to: {a: {command: []}}}", "alerts.to.a.command: needs a program, and no empty word"),
        ("{to: {a: {comand: [x]}}}", "alerts.to.a.comand: unknown option; did you mean command?"),
        (
            "{to: {a: {command: [x], form: slack}}}",
            "alerts.to.a.form: belongs to a webhook",
        ),
        (
            '{to: {a: {webhook: "http://hooks.example.org/"}}}',
            "alerts.to.a.webhook: must be a URL that begins with https://",
        ),
        (
            '{to: {a: {webhook: "https://x.example", form: html}}}',
            'alerts.to.a.form: "html" is not possible here; choose json, slack or teams',
        ),
        (
            "{to: {a: {mail: {to: [x], from: a@b, host: h}}}}",
            "alerts.to.a.mail.to: 'x' is not a mail address",
        ),
        (
            "{to: {a: {mail: {to: [x@y], from: a@b, host: h, user: u}}}}",
            "alerts.to.a.mail: user and password belong together",
        ),
        (
            "{to: {a: {mail: {to: [x@y], from: a@b, host: h, user: u, password: p, tls: off}}}}",
            "alerts.to.a.mail.tls: off would send the password unencrypted; use starttls",
        ),
        (COMMAND + "again: 1w}", 'alerts.again: "1w" is not a duration; write 30m, 2h or 1d'),
        (
            COMMAND + "rules: [{to: [ofice]}]}",
            'alerts.rules[0].to[0]: "ofice" is not a recipient of `alerts.to`; did you mean',
        ),
        (
            COMMAND + 'rules: [{to: [office], portals: ["acmee-*"]}]}',
            'alerts.rules[0].portals[0]: "acmee-*" matches no portal; choose acme-northwind',
        ),
        (
            COMMAND + "rules: [{to: [office], from: low}]}",
            'alerts.rules[0].from: "low" is not possible here; choose normal or critical',
        ),
        (
            COMMAND + 'quiet: {from: "22:00", to: "22:00"}}',
            "alerts.quiet.to: must differ from `from`",
        ),
        (
            COMMAND + 'quiet: {from: "24:00", to: "7:00"}}',
            'alerts.quiet.from: "24:00" is not a time of day; write HH:MM',
        ),
        (
            COMMAND + 'digest: {at: "08:00", timezone: Europe/Lundon, to: [office]}}',
            'alerts.digest.timezone: "Europe/Lundon" is not a time zone; write a name such as',
        ),
        (
            COMMAND + 'digest: {at: "08:00", to: [offices]}}',
            'alerts.digest.to[0]: "offices" is not a recipient of `alerts.to`; did you mean',
        ),
    ],
)
def test_wrong_value_is_a_problem_at_its_line(problems: Problems, text: str, problem: str) -> None:
    reported = problems(f"{LEAST}alerts: {text}\n")

    assert reported[0].startswith(f"line 8: {problem}"), reported
