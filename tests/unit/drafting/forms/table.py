"""All forms."""

from tests.unit.drafting.forms.commerce import COMMERCE
from tests.unit.drafting.forms.exports import EXPORTS
from tests.unit.drafting.forms.measurements import MEASUREMENTS
from tests.unit.drafting.forms.people import PEOPLE
from tests.unit.drafting.forms.silent_losses import SILENT_LOSSES
from tests.unit.drafting.forms.traffic import TRAFFIC

FORMS = (*COMMERCE, *MEASUREMENTS, *TRAFFIC, *PEOPLE, *EXPORTS, *SILENT_LOSSES)
