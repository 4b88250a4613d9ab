"""Makes test data of any size whose right answer is known, dirt included; see `generator.dataset.generate`."""
