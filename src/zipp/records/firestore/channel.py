"""The connection to Firestore: one HTTP/2 channel, that notices soon when the other end is gone or back."""

from __future__ import annotations

import grpc.aio  # type: ignore[import-untyped]
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore_v1 import AsyncClient
from google.cloud.firestore_v1.services.firestore import FirestoreAsyncClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcAsyncIOTransport

from zipp.firebase.connection import Firebase

# gRPC's own defaults would let calls fail for two minutes after Firestore is back, and hang for as long when a firewall
# has forgotten the connection.
_OPTIONS = (
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 5_000),  # how long one attempt to connect may take
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
)


class Channel:
    """Belongs to the event loop it was made in. `client` must not be asked without a timeout."""

    def __init__(self, firebase: Firebase) -> None:
        emulator = firebase.settings.firestore_emulator
        credentials = AnonymousCredentials() if emulator else firebase.credentials  # type: ignore[no-untyped-call]
        host = emulator or FirestoreAsyncClient.DEFAULT_ENDPOINT
        if emulator:
            channel = grpc.aio.insecure_channel(host, options=_OPTIONS)
        else:
            channel = FirestoreGrpcAsyncIOTransport.create_channel(host, credentials=credentials, options=_OPTIONS)
        self._channel = channel
        self.client = AsyncClient(project=firebase.project, credentials=credentials, database=firebase.database)
        # The library has no way to give it a channel, and finds an emulator by the environment alone.
        self.client._emulator_host = emulator
        transport = FirestoreGrpcAsyncIOTransport(host=host, channel=channel)
        self.client._firestore_api_internal = FirestoreAsyncClient(transport=transport)

    async def close(self) -> None:
        await self._channel.close()
