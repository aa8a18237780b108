"""The pages of leaders and officials over `Insight`: figures, the lists behind them, the search, the open months."""
