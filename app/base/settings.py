"""Settings, from the environment and nowhere else; every one of them stands in docs/settings.md."""

from ipaddress import ip_network
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from app.base.errors import CannotStart


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="CLAUSEDESK_", frozen=True, extra="ignore", populate_by_name=True)

    environment: str = Field(
        "development", pattern="^(development|production)$", description="development or production"
    )
    data_dir: Path = Field(Path(".clausedesk"), description="Folder of the embedded database, keys and attachments")
    database_url: SecretStr | None = Field(
        None, validation_alias="DATABASE_URL", description="Postgres for the app; without it one is started in data_dir"
    )
    migration_database_url: SecretStr | None = Field(
        None,
        validation_alias="MIGRATION_DATABASE_URL",
        description="Login that may create roles and tables; default: DATABASE_URL",
    )
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8080, ge=1, le=65535, description="Port to listen on")
    pool_size: int = Field(8, ge=1, le=200, description="Database connections of one process")
    replicas: int = Field(
        1, ge=1, description="API processes that may run at once, one that is being replaced included"
    )
    pool_timeout_seconds: float = Field(1.5, gt=0, description="How long a request waits for a connection before 503")
    pool_queue: int = Field(64, ge=1, description="Requests that may wait for one; whoever comes then has 503 at once")
    requests_at_once: int = Field(
        0,
        ge=0,
        description="Requests worked on at once; others have 503 after half a second; 0: twice the connections",
    )
    statement_timeout_seconds: float = Field(5, gt=0, description="Longest statement of a request")
    lock_timeout_seconds: float = Field(2, gt=0, description="Longest wait for a lock before 409")
    max_body_bytes: int = Field(1_048_576, gt=0, description="Largest JSON body")
    max_attachment_bytes: int = Field(26_214_400, gt=0, description="Largest file that may be uploaded")
    object_store_url: str = Field(
        "", description="Where uploaded files are kept: s3://, gs://, az:// or file://; default: a folder in data_dir"
    )
    body_timeout_seconds: float = Field(30, gt=0, description="How long a request's body may take to arrive")
    drain_seconds: float = Field(
        0, ge=0, le=300, description="After SIGTERM: how long /readyz answers 503 before the listener closes"
    )
    shutdown_timeout_seconds: int = Field(
        20, ge=1, le=300, description="How long running requests may take to finish when the process stops"
    )
    metrics_host: str = Field("127.0.0.1", description="Address of the Prometheus metrics")
    metrics_port: int = Field(0, ge=0, le=65535, description="Port of the Prometheus metrics; 0 = none")
    worker_in_serve: bool = Field(
        True, description="In development: whether `serve` and `demo` also do the worker's work"
    )
    worker_pool_size: int = Field(6, ge=2, le=50, description="Database connections of one worker")
    worker_replicas: int = Field(1, ge=0, description="Workers that may run at once")
    worker_metrics_port: int = Field(0, ge=0, le=65535, description="Port of a worker's own metrics; 0 = none")
    outbound_networks: str = Field(
        "",
        description="Networks beyond the open internet that webhooks and pages may go to, such as 10.1.0.0/16,fd00::/8",
    )
    outbound_proxy: str = Field(
        "",
        pattern=r"^(https?://[^/]+)?$",
        description="Proxy by which webhooks, pages, an outside issuer's keys and an object store are reached; none: "
        "straight",
    )
    paging_url: str = Field(
        "https://events.pagerduty.com/v2/enqueue",
        pattern=r"^https?://",
        description="Where pages are sent, in PagerDuty's Events API v2 format",
    )
    paging_acknowledge_seconds: int = Field(
        300, ge=10, le=86_400, description="How long a page waits to be acknowledged before the next person is called"
    )
    traces_url: str = Field(
        "", pattern=r"^(https?://.*)?$", description="Where spans are sent by OTLP over HTTP; none: nothing is traced"
    )
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="Least level that is logged")
    public_url: str = Field("", description="Address under which callers reach the service; default: http://host:port")
    mail_gateway: str = Field(
        "", description="authserv-id of the mail gateway whose Authentication-Results are believed; none: nobody's"
    )
    mail_address: str = Field(
        "{provider}@localhost.localdomain",
        description="Address that mail is sent from; {provider} stands for the slug. The policy's own one comes first",
    )
    smtp_host: str = Field(
        "",
        description="Server that takes our mail; without one development keeps it in data_dir/outbox, and production "
        "has dead letters",
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port")
    smtp_security: str = Field(
        "starttls", pattern="^(starttls|tls|none)$", description="How the way there is secured: starttls, tls or none"
    )
    smtp_username: str = Field("", description="Who we are to that server")
    smtp_password: SecretStr | None = Field(None, description="And the proof of it")
    smtp_timeout_seconds: float = Field(20, gt=0, le=50, description="Longest wait for an answer of that server")
    mail_kept_days: int = Field(
        365, ge=0, le=36_500, description="How long mail is kept as it came; 0: without an end. Tickets keep their text"
    )
    client_area_url: str = Field(
        "", description="Client area that mail leads to; {provider} stands for the slug; default: public_url"
    )
    rate_limit_per_principal: int = Field(6_000, ge=0, description="Requests of one caller in a minute; 0: any number")
    rate_limit_per_provider: int = Field(
        60_000, ge=0, description="Requests of all callers of one provider in a minute; 0: any number"
    )
    rate_limit_store: str = Field(
        "async+memory://",
        pattern=r"^async\+(memory|rediss?)://",
        description="Where requests are counted: each process by itself, or async+redis://host:6379 for all together",
    )
    cors_origins: list[str] = Field(
        default_factory=list, description="Origins, each in full, whose pages may call the API; as JSON"
    )
    token_issuer: str = Field("clausedesk", description="`iss` of the tokens issued here")
    token_audience: str = Field("clausedesk", description="`aud` that a token must name")
    token_ttl_seconds: int = Field(900, ge=30, le=86400, description="Life of an issued token")
    signing_keys: SecretStr | None = Field(
        None, description="JWKS with private ES256 keys, the first one signs; required in production"
    )
    sealing_keys: SecretStr | None = Field(
        None, description="JWKS of 256-bit oct keys, the first one seals secrets at rest; required in production"
    )
    outside_issuer: str = Field("", description="`iss` of an accepted outside issuer")
    outside_jwks_url: str = Field("", description="Where that issuer publishes its keys (RS256 or ES256)")
    outside_claims: dict[str, str] = Field(
        default_factory=dict, description="Our claim → the outside token's claim, as JSON"
    )

    @field_validator("outbound_networks")
    @classmethod
    def _networks(cls, text: str) -> str:
        for part in filter(None, map(str.strip, text.split(","))):
            try:
                ip_network(part)
            except ValueError:
                raise ValueError("each must be a network, such as 10.1.0.0/16") from None
        return text

    @property
    def origin(self) -> str:
        """Address under which callers reach the service, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"


def read_settings(**given: Any) -> Settings:
    """The settings of this process; CannotStart names the variable that cannot be used, without its value.

    What is given, and not None, wins over the environment.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        name, reason = str(first["loc"][0]), first["msg"].removeprefix("Value error, ")
        if first["type"] == "string_pattern_mismatch":
            reason = "it is not of the form that is meant"
    except SettingsError as error:
        # A value that should be JSON; its text names the field in quotes and nothing of the value.
        name = str(error).split('"')[1]
        wanted = "an object" if Settings.model_fields[name].default_factory is dict else "a list"
        reason = f"it must be {wanted} in JSON"
    meant = f" What belongs there: {Settings.model_fields[name].description}." if name in Settings.model_fields else ""
    raise CannotStart(f"The setting {_variable(name)} cannot be used: {reason}.{meant}")


def _variable(name: str) -> str:
    return f"CLAUSEDESK_{name.upper()}" if name in Settings.model_fields else name
