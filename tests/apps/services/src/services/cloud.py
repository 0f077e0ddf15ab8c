"""What boto3 reads from its many data files; nothing is sent."""

import boto3
from botocore.exceptions import ParamValidationError
from botocore.stub import Stubber


def describe():
    session = boto3.Session()
    print(len(session.get_available_services()) > 300, session.get_available_resources()[:3])
    s3 = session.client("s3")
    link = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "key"})
    print(link.split("?")[0])
    print(session.client("ec2").meta.endpoint_url, "eu-central-1" in session.get_available_regions("ec2"))
    try:
        s3.get_object(Bucket="bucket")
    except ParamValidationError as error:
        print(error)
    with Stubber(s3) as stub:
        stub.add_response("list_buckets", {"Buckets": [{"Name": "one"}]})
        print(s3.list_buckets()["Buckets"], s3.get_paginator("list_objects_v2").__class__.__name__)
    table = session.resource("dynamodb").Table("names")
    print(table.name, table.meta.service_name)
