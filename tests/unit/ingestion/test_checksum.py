"""Values that a Hadoop 3.4.3 DataNode gave for these files; test_webhdfs asks a live one for many more."""

import random

import pytest

from ingestion.checksum import HdfsChecksum

MIB = 1024 * 1024
CONTENT = random.Random(7).randbytes(5 * MIB + 77)
SERVER = [
    (0, 128 * MIB, "MD5-of-0MD5-of-0CRC32", "00000000000000000000000070bc8f4b72a86921468bf8e8441dce51"),
    (1, 128 * MIB, "MD5-of-0MD5-of-512CRC32C", "000002000000000000000000bf66b8238ff06b502d18cce0ab05d27c"),
    (511, 128 * MIB, "MD5-of-0MD5-of-512CRC32C", "00000200000000000000000052946ce2786ce20e84b5a290dcac33f8"),
    (512, 128 * MIB, "MD5-of-0MD5-of-512CRC32C", "000002000000000000000000114b120d2dd6c5436905f014f7982745"),
    (513, 128 * MIB, "MD5-of-0MD5-of-512CRC32C", "0000020000000000000000003831c75425729ec5b2f3c9dcccf73176"),
    (1048576, MIB, "MD5-of-0MD5-of-512CRC32C", "000002000000000000000000433025d6934ba72bb4d91f3e3e44e70d"),
    (1048577, MIB, "MD5-of-2048MD5-of-512CRC32C", "00000200000000000000080021e6278df5c2691552ac7c2576578930"),
    (2097152, MIB, "MD5-of-2048MD5-of-512CRC32C", "00000200000000000000080057123d81dfd1818daceea82f542cb67e"),
    (3145728, MIB, "MD5-of-2048MD5-of-512CRC32C", "000002000000000000000800ad11ba24e83b93858bf37e546e5c6db3"),
    (5242957, MIB, "MD5-of-2048MD5-of-512CRC32C", "000002000000000000000800528a665c7431f57a2932eebd1570f4a6"),
]


@pytest.mark.parametrize(("size", "block_size", "algorithm", "value"), SERVER)
def test_checksum_is_the_one_that_hdfs_gives(size, block_size, algorithm, value):
    checksum = HdfsChecksum(block_size)
    checksum.update(CONTENT[:size])
    assert (checksum.result().algorithm, checksum.result().value) == (algorithm, value)


@pytest.mark.parametrize("step", [1023, 65536, 3 * MIB])
def test_checksum_does_not_depend_on_how_the_bytes_come(step):
    whole, pieces = HdfsChecksum(MIB), HdfsChecksum(MIB)
    whole.update(CONTENT)
    for begin in range(0, len(CONTENT), step):
        pieces.update(CONTENT[begin : begin + step])
    assert pieces.result() == whole.result()


def test_result_may_be_asked_for_on_the_way():
    asked, never_asked = HdfsChecksum(MIB), HdfsChecksum(MIB)
    for begin in range(0, 3 * MIB, 700_000):
        asked.update(CONTENT[begin : begin + 700_000])
        never_asked.update(CONTENT[begin : begin + 700_000])
        asked.result()
    assert asked.result() == never_asked.result()
