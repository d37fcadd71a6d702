-- Of a product with children that are kept from a provider, that provider has rows of its own: the others in groups that hold
-- without them. A row without a provider is for everybody else. Which products those are is kept apart, since of some nobody is
-- left to show.
ALTER TABLE published_client ADD COLUMN provider_id BIGINT REFERENCES provider (id);
CREATE TABLE published_apart (
    publication_id BIGINT NOT NULL REFERENCES list_publication (id) ON DELETE CASCADE,
    provider_id BIGINT NOT NULL REFERENCES provider (id),
    product_id BIGINT NOT NULL REFERENCES product (id),
    PRIMARY KEY (publication_id, provider_id, product_id)
);
-- A list of before this has no such rows: until the next one these providers see nothing of these products.
INSERT INTO published_apart (publication_id, provider_id, product_id)
SELECT published_client.publication_id, response.provider_id, published_client.product_id
    FROM published_client JOIN response ON response.client_id = published_client.client_id
UNION
SELECT published_client.publication_id, pair_outcome.provider_id, published_client.product_id
    FROM published_client JOIN pair_outcome ON pair_outcome.client_id = published_client.client_id;

-- When a child was last found to look like somebody else of its municipality, of which its toegang is told.
CREATE TABLE waiting_client_alike (
    client_id BIGINT PRIMARY KEY NOT NULL REFERENCES waiting_client (id),
    found_on DATE NOT NULL
);
