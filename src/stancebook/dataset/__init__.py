"""A dataset on disk: layout, Parquet, publishing, loading, validation and export."""
