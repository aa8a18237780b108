"""The officials' side: where a question goes, how it is shown, what an official may say."""
