"""Writes a software bill of materials in CycloneDX's JSON: https://cyclonedx.org/docs/1.6/json/."""

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.contrib.this.builders import this_component
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.component_evidence import ComponentEvidence, Occurrence
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from sbom.component import Ecosystem, LockedComponent

_URL_TYPES: dict[Ecosystem, str] = {"Maven": "maven", "PyPI": "pypi"}


def write_bill(components: Iterable[LockedComponent], path: Path) -> None:
    """Write the bill of components, in the place of one that is there."""
    outputter = make_outputter(_bill(components), OutputFormat.JSON, SchemaVersion.V1_6)
    outputter.output_to_file(str(path), allow_overwrite=True, indent=2)


def _bill(components: Iterable[LockedComponent]) -> Bom:
    bill = Bom(components=map(_entry, components))
    bill.metadata.component = ours = Component(
        name="stackhouse",
        version=version("stackhouse"),
        type=ComponentType.APPLICATION,
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
        bom_ref="stackhouse",
    )
    bill.metadata.tools.components.add(this_component())
    # The locks are flat: they do not say which of them needs which.
    bill.register_dependency(ours, bill.components)
    return bill


def _entry(component: LockedComponent) -> Component:
    url = _package_url(component)
    return Component(
        type=ComponentType.LIBRARY if url else ComponentType.FILE,
        group=component.group or None,
        name=component.name,
        version=component.version or None,
        purl=url,
        bom_ref=url.to_string() if url else component.name,
        scope=ComponentScope.REQUIRED if component.needed else ComponentScope.OPTIONAL,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in component.digests],
        evidence=ComponentEvidence(occurrences=[Occurrence(location=place) for place in component.places])
        if component.places
        else None,
    )


def _package_url(component: LockedComponent) -> PackageURL | None:
    if component.ecosystem is None:
        return None
    return PackageURL(
        type=_URL_TYPES[component.ecosystem],
        namespace=component.group or None,
        name=component.name,
        version=component.version,
        qualifiers=dict(component.qualifiers),
    )
