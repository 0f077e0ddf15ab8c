from package import ORDER

ORDER.append("later")
