print("ganzhi")
