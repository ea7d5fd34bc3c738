"""Clients of network services that block the thread. Source: the documentation of each library."""

_FTP = (
    *("connect", "login", "retrbinary", "retrlines", "storbinary", "storlines", "nlst", "mlsd", "dir", "cwd"),
    *("delete", "rename", "mkd", "rmd", "size", "quit", "sendcmd", "voidcmd"),
)
_SMTP = ("connect", "login", "starttls", "sendmail", "send_message", "ehlo", "noop", "quit")
_IMAP = (
    *("login", "authenticate", "starttls", "select", "search", "fetch", "store", "append", "copy", "expunge"),
    *("uid", "list", "noop", "logout"),
)
_SFTP = (
    *("get", "put", "getfo", "putfo", "listdir", "listdir_attr", "stat", "mkdir", "rmdir", "remove"),
    *("rename", "open"),
)
_AWS = (
    *("abort_multipart_upload", "assume_role", "batch_get_item", "batch_write_item", "complete_multipart_upload"),
    *("converse", "converse_stream", "copy", "copy_object", "create_bucket", "create_multipart_upload", "decrypt"),
    *("delete_bucket", "delete_item", "delete_message", "delete_message_batch", "delete_object", "delete_objects"),
    *("describe_instances", "download_file", "download_fileobj", "encrypt", "generate_data_key", "get_caller_identity"),
    *("get_item", "get_object", "get_parameter", "get_parameters", "get_parameters_by_path", "get_queue_attributes"),
    *("get_queue_url", "get_secret_value", "head_bucket", "head_object", "invoke", "invoke_endpoint", "invoke_model"),
    *("invoke_model_with_response_stream", "list_buckets", "list_objects", "list_objects_v2", "list_queues"),
    *("publish", "publish_batch", "put_events", "put_item", "put_metric_data", "put_object", "put_parameter"),
    *("put_record", "put_records", "put_secret_value", "query", "receive_message", "restore_object", "scan"),
    *("send_command", "send_email", "send_message", "send_message_batch", "send_raw_email", "start_execution"),
    *("transact_get_items", "transact_write_items", "update_item", "upload_file", "upload_fileobj", "upload_part"),
)
_BLOB = (
    *("delete", "exists", "reload", "download_as_bytes", "download_as_string", "download_as_text"),
    *("download_to_file", "download_to_filename", "upload_from_file", "upload_from_filename", "upload_from_string"),
)
_PIKA = (
    *("basic_publish", "basic_consume", "basic_get", "basic_ack", "queue_declare", "queue_bind"),
    *("exchange_declare", "start_consuming", "consume"),
)
_OPENAI = (
    *("chat.completions.create", "chat.completions.parse", "completions.create", "embeddings.create"),
    *("responses.create", "responses.parse", "images.generate", "moderations.create", "models.list"),
    *("audio.transcriptions.create", "audio.speech.create", "files.create", "beta.chat.completions.parse"),
)
_ELASTIC = ("bulk", "count", "create", "delete", "exists", "get", "index", "info", "mget", "ping", "search", "update")

AWS_CLIENT = "botocore.client.BaseClient"

_METHODS = {
    AWS_CLIENT: _AWS,
    "ftplib.FTP": _FTP,
    "ftplib.FTP_TLS": _FTP,
    "imaplib.IMAP4": _IMAP,
    "imaplib.IMAP4_SSL": _IMAP,
    "smtplib.SMTP": _SMTP,
    "smtplib.SMTP_SSL": _SMTP,
    "paramiko.SSHClient": ("connect", "exec_command", "open_sftp"),
    "paramiko.SFTPClient": _SFTP,
    "google.cloud.storage.Bucket": ("create", "delete", "exists", "get_blob", "reload"),
    "google.cloud.storage.Blob": _BLOB,
    "google.cloud.storage.Client": ("create_bucket", "get_bucket"),
    "kafka.KafkaProducer": ("flush",),
    "kafka.KafkaConsumer": ("poll",),
    "pika.adapters.blocking_connection.BlockingChannel": _PIKA,
    "pika.BlockingConnection": ("channel", "process_data_events"),
    "openai": _OPENAI,
    "openai.OpenAI": _OPENAI,
    "openai.AzureOpenAI": _OPENAI,
    "anthropic.Anthropic": ("messages.create", "messages.count_tokens", "completions.create"),
    "elasticsearch.Elasticsearch": _ELASTIC,
    "opensearchpy.OpenSearch": _ELASTIC,
    "dns.resolver": ("resolve", "query"),
    "dns.resolver.Resolver": ("resolve", "query"),
    "socket": ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo", "create_connection"),
}

CONNECTING = frozenset({"ftplib.FTP", "ftplib.FTP_TLS", "smtplib.SMTP", "smtplib.SMTP_SSL"})
"""Classes that connect where they are made, if they are given a host."""

ALWAYS_CONNECTING = frozenset({"imaplib.IMAP4", "imaplib.IMAP4_SSL", "pika.BlockingConnection", "kafka.KafkaProducer"})
"""Classes that connect where they are made."""

NETWORK = {
    **{f"{owner}.{method}": "waits for the network" for owner, methods in _METHODS.items() for method in methods},
    **dict.fromkeys(ALWAYS_CONNECTING, "waits for the network"),
}

ONE_THREAD_ONLY = frozenset({"pika.BlockingConnection", "pika.adapters.blocking_connection.BlockingChannel"})
"""Classes whose objects belong to the thread that made them (pika documentation, *FAQ*)."""

RETURNS = {
    **{name: name for name in CONNECTING | {"imaplib.IMAP4", "imaplib.IMAP4_SSL"}},
    "boto3.client": AWS_CLIENT,
    "boto3.Session.client": AWS_CLIENT,
    "botocore.session.Session.create_client": AWS_CLIENT,
    "paramiko.SSHClient.open_sftp": "paramiko.SFTPClient",
    "google.cloud.storage.Client.bucket": "google.cloud.storage.Bucket",
    "google.cloud.storage.Client.get_bucket": "google.cloud.storage.Bucket",
    "google.cloud.storage.Bucket.blob": "google.cloud.storage.Blob",
    "google.cloud.storage.Bucket.get_blob": "google.cloud.storage.Blob",
    "pika.BlockingConnection.channel": "pika.adapters.blocking_connection.BlockingChannel",
}

ALIASES = {
    "boto3.session.Session": "boto3.Session",
    "paramiko.client.SSHClient": "paramiko.SSHClient",
    "paramiko.sftp_client.SFTPClient": "paramiko.SFTPClient",
    "google.cloud.storage.client.Client": "google.cloud.storage.Client",
    "google.cloud.storage.blob.Blob": "google.cloud.storage.Blob",
    "google.cloud.storage.bucket.Bucket": "google.cloud.storage.Bucket",
    "pika.adapters.blocking_connection.BlockingConnection": "pika.BlockingConnection",
    "pika.adapters.BlockingConnection": "pika.BlockingConnection",
    "openai.lib.azure.AzureOpenAI": "openai.AzureOpenAI",
    **{
        f"mypy_boto3_{module}.{name}Client": AWS_CLIENT
        for service, name in (
            *(("s3", "S3"), ("sqs", "SQS"), ("sns", "SNS"), ("ses", "SES"), ("dynamodb", "DynamoDB")),
            *(("lambda", "Lambda"), ("secretsmanager", "SecretsManager"), ("ssm", "SSM"), ("sts", "STS")),
        )
        for module in (service, f"{service}.client")
    },
}

ASYNC_SIBLINGS = {
    "botocore": "aioboto3",
    "smtplib": "aiosmtplib",
    "ftplib": "aioftp",
    "imaplib": "aioimaplib",
    "paramiko": "asyncssh",
    "google": "gcloud-aio-storage",
    "kafka": "aiokafka",
    "pika": "aio-pika",
    "openai": "openai.AsyncOpenAI",
    "anthropic": "anthropic.AsyncAnthropic",
    "elasticsearch": "elasticsearch.AsyncElasticsearch",
    "opensearchpy": "opensearchpy.AsyncOpenSearch",
    "dns": "dns.asyncresolver",
    "socket": "the methods of the event loop",
}
"""What does the same without blocking, by top-level package."""
