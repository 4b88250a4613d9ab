"""What a command says of a dataset whose contract is not where contracts are looked for."""

from dataclasses import replace

import pytest

from pipeline import dataset
from pipeline.dataset import check_known, contract_of
from tests.integration.conftest import write_small_dataset
from tests.unit.memory_storage import MemoryStorage
from tests.unit.warehouse.release.test_catalog import happens, write_release
from warehouse.errors import ContractError, StackDownError, StorageError
from warehouse.paths import DatasetPaths
from warehouse.settings import load_settings


@pytest.fixture
def storage(monkeypatch):
    storage = MemoryStorage()
    monkeypatch.setattr(dataset, "WebHdfs", lambda _: storage)
    return storage


@pytest.fixture
def settings(tmp_path):
    write_small_dataset(tmp_path, "trips")
    return replace(load_settings({}), datasets=tmp_path)


def publish(storage):
    write_release(storage, 1)
    happens(storage, ("published", 1))


def test_published_dataset_without_a_contract_here_is_no_unknown_one(storage, settings):
    publish(storage)
    place = settings.datasets / "data" / "sales" / "dataset.yaml"
    expected = f"sales is published, but {place} does not exist; STACKHOUSE_DATASETS names the directory"
    with pytest.raises(ContractError) as refused:
        contract_of(settings, "sales")
    assert str(refused.value).startswith(expected)
    check_known(settings, "sales")


def test_dataset_that_is_only_loaded_is_told_so(storage, settings):
    storage.create(f"{DatasetPaths('sales', storage.root).raw_batch('b1')}/_manifest.json", b"{}")
    with pytest.raises(ContractError, match="sales is loaded, but "):
        contract_of(settings, "sales")


@pytest.mark.parametrize("ask", [contract_of, check_known])
def test_dataset_that_nobody_has_is_unknown(storage, settings, ask):
    with pytest.raises(ContractError, match=r"no dataset 'sales'.*: trips; draft it with ./stackhouse new sales FILE"):
        ask(settings, "sales")


@pytest.mark.parametrize("ask", [contract_of, check_known])
def test_without_hdfs_the_missing_contract_is_what_is_wrong(storage, settings, ask, monkeypatch):
    def refuse(_path):
        raise StackDownError("HDFS does not answer")

    monkeypatch.setattr(storage, "list", refuse)
    with pytest.raises(ContractError, match="no dataset 'sales'"):
        ask(settings, "sales")


def test_with_a_contract_hdfs_is_not_asked(settings, monkeypatch):
    monkeypatch.setattr(dataset, "WebHdfs", None)
    assert contract_of(settings, "trips").dataset == "trips"
    check_known(settings, "trips")


def test_releases_are_known_though_the_contract_is_wrong(settings):
    (settings.datasets / "data" / "trips" / "dataset.yaml").write_text("not: a contract")
    check_known(settings, "trips")
    with pytest.raises(ContractError, match=r"dataset\.yaml"):
        contract_of(settings, "trips")


@pytest.mark.parametrize("ask", [contract_of, check_known])
def test_name_that_no_dataset_can_have_is_refused(storage, settings, ask):
    with pytest.raises(ContractError, match="not a usable name"):
        ask(settings, "../etc")


@pytest.mark.parametrize("ask", [contract_of, check_known])
def test_damaged_dataset_is_not_called_unknown(storage, settings, ask):
    publish(storage)
    storage.replace(DatasetPaths("sales", storage.root).release(1), b"{}")
    with pytest.raises(StorageError, match="does not have the form that this version writes"):
        ask(settings, "sales")
