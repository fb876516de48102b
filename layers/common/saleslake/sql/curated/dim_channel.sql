-- The company's channels. Grain: one channel. Written once.
INSERT INTO dim_channel
VALUES
    ('amazon', 'Amazon', 'Marketplace orders, shipped by Amazon or by us'),
    ('web', 'Web shop', 'Orders that buyers place in our own shop'),
    ('reps', 'Sales representatives', 'Sales closed by our representatives')
