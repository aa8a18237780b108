"""The shared message model: the words in which every platform is spoken of."""
