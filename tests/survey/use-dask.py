# /// script
# requires-python = ">=3.13"
# dependencies = ["dask[dataframe]", "distributed"]
#
# [tool.application]
# does = "Graphs on threads, processes and a cluster in the process"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { TMPDIR = "/home", HOME = "/home" }
# ///
import dask
import dask.array
import dask.dataframe
import pandas
from dask import delayed


def square(value):
    return value * value


if __name__ == "__main__":
    print(dask.array.ones((100, 100), chunks=10).sum().compute())
    frame = dask.dataframe.from_pandas(pandas.DataFrame({"a": [1, 1, 2], "b": [3, 4, 5]}), npartitions=2)
    print(frame.groupby("a").b.sum().compute().to_dict())
    jobs = [delayed(square)(number) for number in range(5)]
    print(dask.compute(*jobs, scheduler="processes", num_workers=2))
    from distributed import Client, LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster, Client(cluster) as client:
        print(client.submit(square, 7).result())
