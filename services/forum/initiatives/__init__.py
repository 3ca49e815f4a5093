"""Community initiatives: watch schemes under rules, open days, programmes, safe house networks. Rule F18."""
