"""What people read: sentences, tables, JSON documents, result folders, and progress while they wait."""
