"""Where records come from: one file for each format, validated records, and the upsert that stores them."""
