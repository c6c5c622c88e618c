"""Deep-linking to spans: from the span, and from its slug alone."""

import braintrust

braintrust.init_logger(project="my-project")

with braintrust.start_span(name="linked") as span:
    print(span.permalink())
    print(braintrust.permalink(span.export()))
