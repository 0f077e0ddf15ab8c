# /// script
# requires-python = ">=3.13"
# dependencies = ["pika", "kafka-python", "confluent-kafka", "kombu", "pyzmq", "paho-mqtt", "stomp.py", "nats-py", "aiokafka"]
#
# [tool.application]
# does = "Message queues"
# ///
import socket

import aiokafka
import confluent_kafka
import kombu
import nats
import paho.mqtt.client
import pika
import zmq
from kafka import KafkaProducer

context = zmq.Context()
server, client = context.socket(zmq.REP), context.socket(zmq.REQ)
server.bind("inproc://x")
client.connect("inproc://x")
client.send(b"ask")
print(server.recv(), zmq.has("curve"), len(zmq.curve_keypair()[0]))
try:
    pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", 9))
except Exception as error:
    print(type(error).__name__)
try:
    KafkaProducer(bootstrap_servers="127.0.0.1:9", api_version_auto_timeout_ms=200)
except Exception as error:
    print(type(error).__name__)
print(confluent_kafka.libversion()[0] > "2", paho.mqtt.client.Client(paho.mqtt.client.CallbackAPIVersion.VERSION2).is_connected())
with kombu.Connection("memory://") as connection:
    queue = connection.SimpleQueue("q")
    queue.put({"a": 1})
    print(queue.get(timeout=1).payload)
print(nats.aio.client.Client().is_connected, aiokafka.__version__ > "0")
